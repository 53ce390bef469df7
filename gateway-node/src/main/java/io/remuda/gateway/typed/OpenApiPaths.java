package io.remuda.gateway.typed;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Descriptors.Descriptor;
import io.remuda.gateway.routing.ModelEntry;
import java.util.Collection;
import java.util.Comparator;

/**
 * Typed models in the API's description: each has its own address, with the schemas of its types.
 */
public final class OpenApiPaths {

  private OpenApiPaths() {}

  /** Adds those of {@code models} that are typed; {@code document} describes all else already. */
  public static void describe(
      Collection<ModelEntry> models, SchemaCache schemas, ObjectNode document) {
    ObjectNode paths = document.withObjectProperty("paths");
    ObjectNode components = document.withObjectProperty("components").withObjectProperty("schemas");
    models.stream()
        .sorted(Comparator.comparing(ModelEntry::name))
        .forEach(
            entry ->
                schemas
                    .of(entry)
                    .ifPresent(
                        model -> {
                          OpenApiSchemas.describe(entry.name(), model, components);
                          String path = "/v1/models/" + entry.name();
                          paths
                              .putObject(path + "/predict")
                              .set("post", operation(entry.name(), model));
                          if (paths.path("/v1/models/{model}/tasks").path("post")
                              instanceof ObjectNode any) {
                            paths
                                .putObject(path + "/tasks")
                                .set("post", tasks(any, entry.name(), model));
                          }
                        }));
  }

  private static ObjectNode operation(String name, TypedModel model) {
    ObjectNode json = com.fasterxml.jackson.databind.node.JsonNodeFactory.instance.objectNode();
    json.putArray("tags").add("typed models");
    json.put("operationId", "predict." + name);
    json.put("summary", "Asks the model " + name);
    json.put(
        "description",
        "Takes "
            + model.schema().inputType()
            + ", gives "
            + model.schema().outputType()
            + "; schema "
            + model.schema().fingerprint()
            + ". Scopes: infer or admin.");
    ObjectNode body = json.putObject("requestBody");
    body.put("required", true);
    forms(body.putObject("content"), name, model, model.input().descriptor());
    ObjectNode answers = json.putObject("responses");
    ObjectNode good = answers.putObject("200");
    good.put("description", "the model's answer");
    ObjectNode content = good.putObject("content");
    forms(content, name, model, model.output().descriptor());
    ObjectNode events = content.putObject(MediaTypes.EVENTS).putObject("schema");
    events.put("type", "string");
    events.put(
        "description", "one event for each message, as the JSON above; the last one is [DONE]");
    ObjectNode bad = answers.putObject("default");
    bad.put("description", "refused; the code says why, param is the field's path");
    bad.putObject("content")
        .putObject(MediaTypes.JSON)
        .putObject("schema")
        .put("$ref", "#/components/schemas/Error");
    json.putArray("security").addObject().putArray("key");
    return json;
  }

  /**
   * How a task of one model is submitted: as of any, but with its own input, and without what is in
   * its address already or is for models without a schema.
   */
  private static ObjectNode tasks(ObjectNode any, String name, TypedModel model) {
    ObjectNode json = any.deepCopy();
    json.putArray("tags").add("typed models");
    json.put("operationId", "submit." + name);
    json.put("summary", "Submits a durable task to the model " + name);
    json.put(
        "description",
        "Takes "
            + model.schema().inputType()
            + "; the result of the task is "
            + model.schema().outputType()
            + "; schema "
            + model.schema().fingerprint()
            + ". Scopes: infer or admin.");
    ArrayNode parameters = json.putArray("parameters");
    for (JsonNode parameter : any.path("parameters")) {
      String of = parameter.path("name").asText();
      if (!of.equals("model") && !of.equals("endpoint")) {
        parameters.add(parameter.deepCopy());
      }
    }
    ObjectNode body = json.putObject("requestBody");
    body.put("required", true);
    forms(body.putObject("content"), name, model, model.input().descriptor());
    return json;
  }

  private static void forms(ObjectNode content, String name, TypedModel model, Descriptor type) {
    content.putObject(MediaTypes.JSON).set("schema", OpenApiSchemas.use(name, model, type));
    content
        .putObject(MediaTypes.PROTOBUF)
        .putObject("schema")
        .put("type", "string")
        .put("format", "binary");
  }
}
