package io.remuda.gateway.http;

import akka.http.javadsl.model.HttpResponse;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.remuda.gateway.auth.Need;
import io.remuda.gateway.routing.ModelEntry;
import io.remuda.gateway.routing.RouteSnapshot;
import io.remuda.protocol.AccessProtocol.Scope;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Listing;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.AliasView;
import io.remuda.protocol.model.StrictFields;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Aliases: names that stand for models. The list comes from the snapshot and is there without a
 * registry; all else is asked of the owner of the name.
 */
final class AliasRoutes {

  private static final Need SEE = Need.oneOf(Scope.DEPLOY, Scope.AUDIT);
  private static final Need CHANGE = Need.oneOf(Scope.DEPLOY);

  private final AliasClient aliases;
  private final Supplier<RouteSnapshot> known;

  AliasRoutes(AliasClient aliases, Supplier<RouteSnapshot> known) {
    this.aliases = aliases;
    this.known = known;
  }

  List<ApiRoute> endpoints() {
    String tag = "aliases";
    String one = "/v1/aliases/{name}";
    return List.of(
        ApiRoute.of("GET", "/v1/aliases", SEE, tag, "All aliases", this::list)
            .gives(200, "AliasList"),
        ApiRoute.of("PUT", one, CHANGE, tag, "Let a name stand for a model", this::put)
            .takes("AliasTarget")
            .gives(200, "Alias"),
        ApiRoute.of("GET", one, SEE, tag, "One alias", this::get).gives(200, "Alias"),
        ApiRoute.of("DELETE", one, CHANGE, tag, "Let a name stand for nothing", this::remove)
            .gives(200, "Alias"));
  }

  private CompletionStage<HttpResponse> list(Call call) {
    RouteSnapshot now = known.get();
    List<Listing> seen =
        now.aliases().values().stream()
            .filter(alias -> call.caller().sees(alias.name()))
            .sorted((a, b) -> a.name().compareTo(b.name()))
            .toList();
    return Replies.now(
        Replies.json(
            200,
            Json.list(
                seen,
                alias ->
                    view(
                        alias.name(),
                        alias.alias().orElseThrow(),
                        alias.specVersion(),
                        alias.createdAt(),
                        now))));
  }

  private CompletionStage<HttpResponse> put(Call call) {
    ModelName name = call.declared("name");
    Optional<Long> ifMatch = version(call, name);
    return call.json()
        .thenCompose(body -> aliases.set(name, target(call, body), ifMatch))
        .thenApply(this::answer);
  }

  private CompletionStage<HttpResponse> get(Call call) {
    return aliases.get(call.model("name")).thenApply(this::answer);
  }

  private CompletionStage<HttpResponse> remove(Call call) {
    return aliases.remove(call.model("name")).thenApply(this::answer);
  }

  /** A key for some models points none of its names at another one. */
  private static ModelName target(Call call, JsonNode body) {
    StrictFields fields = StrictFields.of(body, "", Set.of("target"));
    Optional<String> word = fields.text("target");
    Optional<ModelName> target = word.flatMap(ModelName::parse);
    if (target.isEmpty() && !fields.hasProblems()) {
      fields.problem(
          "target",
          word.isEmpty()
              ? "target is missing: name the deployment that is to answer"
              : "target does not match " + ModelName.SHAPE);
    }
    if (fields.hasProblems()) {
      throw Refusal.of(
          ErrorCode.INVALID_REQUEST,
          fields.problems().get(0).text(),
          fields.problems().get(0).path());
    }
    return target.filter(call.caller()::sees).orElseThrow(() -> Call.notFound(word.orElse("")));
  }

  /** The version that If-Match names; {@code *} is whatever there is. */
  private static Optional<Long> version(Call call, ModelName name) {
    Optional<String> ifMatch =
        call.header("if-match").map(String::trim).filter(raw -> !raw.equals("*"));
    if (ifMatch.isEmpty()) {
      return Optional.empty();
    }
    String digits = ifMatch.get().replaceFirst("^(?:W/)?\"([0-9]+)\"$", "$1");
    if (!digits.matches("[0-9]{1,18}")) {
      throw Refusal.of(
          ErrorCode.INVALID_REQUEST,
          "If-Match names a version as the ETag of 'GET /v1/aliases/" + name + "' shows it");
    }
    return Optional.of(Long.parseLong(digits));
  }

  private HttpResponse answer(AliasView alias) {
    ObjectNode json =
        view(alias.name(), alias.target(), alias.version(), alias.setAt(), known.get());
    return Replies.with(Replies.json(200, json), "ETag", "\"" + alias.version() + "\"");
  }

  private static ObjectNode view(
      ModelName name, ModelName target, long version, Instant setAt, RouteSnapshot now) {
    Optional<ModelEntry> model =
        now.aliasOf(target.value()).isPresent() ? Optional.empty() : now.find(target.value());
    ObjectNode json = Json.object();
    json.put("name", name.value());
    json.put("target", target.value());
    json.put("version", version);
    json.put("setAt", setAt.toString());
    json.put("ready", model.map(ModelEntry::readyCount).orElse(0));
    if (model.isPresent() || now.isCold()) {
      json.putNull("reason");
    } else {
      json.put("reason", "its model " + target + " was removed; set it to another one");
    }
    return json;
  }
}
