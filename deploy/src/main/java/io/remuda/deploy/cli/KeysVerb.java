package io.remuda.deploy.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.remuda.deploy.cli.Output.Column;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** API keys, and the key of the cluster itself. */
@Command(
    name = "keys",
    mixinStandardHelpOptions = true,
    description = "Make, list, limit, rotate and revoke API keys; make the cluster's own key.",
    subcommands = {
      KeysVerb.Create.class,
      KeysVerb.Ls.class,
      KeysVerb.Update.class,
      KeysVerb.Rotate.class,
      KeysVerb.Rm.class,
      ClusterKeyVerb.class
    },
    footer = {"", "Example: ./remuda keys create --label notebook --scope infer"})
final class KeysVerb {

  private KeysVerb() {}

  /** The secret alone on stdout, for scripts. */
  private static void showOnce(Target target, JsonNode made) {
    if (target.output().format() == Output.Format.TABLE) {
      target.say("keep this secret, it is not shown again; id " + made.path("id").asText());
      target.world().out().println(made.path("key").asText());
    } else {
      target.output().document(made);
    }
  }

  /** Makes a key. */
  @Command(
      name = "create",
      mixinStandardHelpOptions = true,
      description = "Make an API key; its secret is printed once and never again.",
      footer = {"", "Example: ./remuda keys create --label ci --scope deploy --expires 30d"})
  static final class Create implements Callable<Integer> {
    @Mixin private Target target;

    @Option(names = "--label", paramLabel = "TEXT", description = "For people.")
    private @Nullable String label;

    @Option(
        names = "--scope",
        paramLabel = "SCOPE",
        split = ",",
        description = "infer, deploy, admin, audit or worker; several times. Default: infer.")
    private List<String> scopes = new ArrayList<>();

    @Option(
        names = "--model",
        paramLabel = "NAME",
        description = "Only this model, or all that begin so: 'team-a-*'; several times.")
    private List<String> models = new ArrayList<>();

    @Option(
        names = "--tenant",
        paramLabel = "NAME",
        description = "Whose key it is; an admin of a tenant knows that tenant's keys alone.")
    private @Nullable String tenant;

    @Option(names = "--expires", paramLabel = "DURATION", description = "Such as 30d.")
    private @Nullable String expires;

    @Mixin private LimitOptions limits;

    @Override
    public Integer call() {
      ObjectNode body = JsonNodeFactory.instance.objectNode();
      if (label != null) {
        body.put("label", label);
      }
      if (tenant != null) {
        body.put("tenant", tenant);
      }
      (scopes.isEmpty() ? List.of("infer") : scopes).forEach(body.withArray("scopes")::add);
      models.forEach(body.withArray("models")::add);
      if (expires != null) {
        body.put("expiresInSeconds", Durations.parse(expires).toSeconds());
      }
      if (limits.isGiven()) {
        body.set("limits", limits.over(JsonNodeFactory.instance.objectNode()));
      }
      showOnce(target, target.api().post("/v1/keys", body));
      return Exit.OK.code();
    }
  }

  /** Lists keys. */
  @Command(
      name = "ls",
      mixinStandardHelpOptions = true,
      description = "List API keys; secrets are not kept, so none is shown.",
      footer = {"", "Example: ./remuda keys ls"})
  static final class Ls implements Callable<Integer> {
    @Mixin private Target target;

    @Override
    public Integer call() {
      target
          .output()
          .list(
              Target.items(target.api().get("/v1/keys")),
              List.of(
                  Column.of("ID", "id"),
                  Column.of("LABEL", "label"),
                  Column.of("SCOPES", "scopes"),
                  Column.of("MODELS", "models"),
                  Column.of("TENANT", "tenant"),
                  Column.of("CREATED", "createdAt"),
                  Column.of("EXPIRES", "expiresAt"),
                  Column.of("OLD UNTIL", "oldSecretsUntil"),
                  Column.of("REQ/MIN", "limits.requestsPerMinute"),
                  Column.of("TOK/MIN", "limits.tokensPerMinute"),
                  Column.of("TOK/DAY", "limits.tokensPerDay"),
                  Column.of("TOK/MONTH", "limits.tokensPerMonth"),
                  Column.of("REVOKED", "revoked")));
      return Exit.OK.code();
    }
  }

  /** Limits a key. */
  @Command(
      name = "update",
      mixinStandardHelpOptions = true,
      description = "Limit what an API key may ask of models; what is not named stays as it is.",
      footer = {"", "Example: ./remuda keys update 7f3a9c21 --rpm 60 --budget 1000000/day"})
  static final class Update implements Callable<Integer> {
    @Mixin private Target target;

    @Parameters(paramLabel = "ID", description = "The key's id, as 'keys ls' shows it.")
    private String id;

    @Mixin private LimitOptions limits;

    @Override
    public Integer call() {
      Api api = target.api();
      ObjectNode present = JsonNodeFactory.instance.objectNode();
      for (JsonNode key : Target.items(api.get("/v1/keys"))) {
        if (key.path("id").asText().equals(id) && key.path("limits") instanceof ObjectNode known) {
          present = known;
        }
      }
      JsonNode key = api.put(Api.path("/v1/keys", id, "/limits"), limits.over(present), Map.of());
      if (target.output().format() == Output.Format.TABLE) {
        target.say("key " + id + " is limited to " + LimitOptions.words(key.path("limits")));
      } else {
        target.output().document(key);
      }
      return Exit.OK.code();
    }
  }

  /** Gives a key another secret. */
  @Command(
      name = "rotate",
      mixinStandardHelpOptions = true,
      description =
          "Give an API key another secret, printed once; the one that it has goes on for a while.",
      footer = {"", "Example: ./remuda keys rotate 7f3a9c21 --overlap 2h"})
  static final class Rotate implements Callable<Integer> {
    @Mixin private Target target;

    @Parameters(paramLabel = "ID", description = "The key's id, as 'keys ls' shows it.")
    private String id;

    @Option(
        names = "--overlap",
        paramLabel = "DURATION",
        description = "How long the old secret goes on; 0 for one that was stolen. Default: 1h.",
        defaultValue = "1h")
    private String overlap;

    @Override
    public Integer call() {
      ObjectNode body = JsonNodeFactory.instance.objectNode();
      body.put("overlapSeconds", Durations.parse(overlap).toSeconds());
      showOnce(target, target.api().post(Api.path("/v1/keys", id, "/rotate"), body));
      return Exit.OK.code();
    }
  }

  /** Revokes a key. */
  @Command(
      name = "rm",
      mixinStandardHelpOptions = true,
      description = "Revoke API keys, now and for ever.",
      footer = {"", "Example: ./remuda keys rm 7f3a9c21"})
  static final class Rm implements Callable<Integer> {
    @Mixin private Target target;

    @Parameters(paramLabel = "ID", arity = "1..*", description = "Ids, as 'keys ls' shows them.")
    private List<String> ids;

    @Override
    public Integer call() {
      Api api = target.api();
      for (String id : ids) {
        api.delete(Api.path("/v1/keys", id, ""));
        target.say("revoked " + id);
      }
      return Exit.OK.code();
    }
  }
}
