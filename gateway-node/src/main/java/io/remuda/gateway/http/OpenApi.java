package io.remuda.gateway.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.remuda.protocol.AccessProtocol.Scope;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The API's description, made from the table of routes and from the schemas in {@code
 * openapi-schemas.json}; so no route is missing from it and none is in it that does not exist.
 */
final class OpenApi {

  private static final Pattern PARAMETER = Pattern.compile("\\{([^}*]+)\\*?}");

  private OpenApi() {}

  static ObjectNode describe(List<ApiRoute> routes) {
    ObjectNode json = Json.object();
    json.put("openapi", "3.0.3");
    ObjectNode info = json.putObject("info");
    info.put("title", "Remuda");
    info.put("version", "1");
    info.put("description", "Models served from a handful of machines, under one address.");
    ObjectNode components = json.putObject("components");
    components.set(
        "schemas", Json.read(DocRoutes.resource("/io/remuda/gateway/http/openapi-schemas.json")));
    ObjectNode key = components.putObject("securitySchemes").putObject("key");
    key.put("type", "http");
    key.put("scheme", "bearer");
    key.put("description", "An API key, rmd_<id>_<secret>; needed where authentication is on.");
    ObjectNode paths = json.putObject("paths");
    for (ApiRoute route : routes) {
      ObjectNode path = paths.withObjectProperty(pathOf(route));
      path.set(route.method().toLowerCase(Locale.ROOT), operation(route));
    }
    return json;
  }

  static String pathOf(ApiRoute route) {
    return route.template().replaceAll("\\{[^}]+\\*}", "");
  }

  private static ObjectNode operation(ApiRoute route) {
    ObjectNode json = Json.object();
    json.putArray("tags").add(route.tag());
    json.put("summary", route.summary());
    ArrayNode parameters = json.putArray("parameters");
    Matcher inPath = PARAMETER.matcher(pathOf(route));
    while (inPath.find()) {
      parameters.add(parameter("path", inPath.group(1), "").put("required", true));
    }
    route
        .queries()
        .forEach(query -> parameters.add(parameter("query", query.name(), query.text())));
    route
        .body()
        .ifPresent(
            schema -> {
              ObjectNode body = json.putObject("requestBody");
              body.put("required", true);
              body.putObject("content")
                  .putObject("application/json")
                  .set("schema", reference(schema));
            });
    ObjectNode answers = json.putObject("responses");
    ObjectNode good = answers.putObject(Integer.toString(route.status()));
    good.put("description", "as asked");
    route
        .answer()
        .ifPresent(
            schema ->
                good.putObject("content")
                    .putObject("application/json")
                    .set("schema", reference(schema)));
    ObjectNode bad = answers.putObject("default");
    bad.put("description", "refused; the code says why and the message what to do");
    bad.putObject("content").putObject("application/json").set("schema", reference("Error"));
    if (!route.need().isNothing()) {
      json.putArray("security").addObject().putArray("key");
      json.put(
          "description",
          "Scopes: "
              + String.join(", ", route.need().scopes().stream().map(OpenApi::word).toList())
              + (route.need().scopes().contains(Scope.ADMIN) ? "." : " or admin."));
    }
    return json;
  }

  private static String word(Scope scope) {
    return scope.name().toLowerCase(Locale.ROOT);
  }

  private static ObjectNode parameter(String in, String name, String text) {
    ObjectNode json = Json.object();
    json.put("name", name);
    json.put("in", in);
    if (!text.isEmpty()) {
      json.put("description", text);
    }
    json.putObject("schema").put("type", "string");
    return json;
  }

  private static JsonNode reference(String schema) {
    return Json.object().put("$ref", "#/components/schemas/" + schema);
  }
}
