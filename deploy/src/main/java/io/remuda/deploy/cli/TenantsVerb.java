package io.remuda.deploy.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.remuda.deploy.cli.Output.Column;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Tenants and their limits. */
@Command(
    name = "tenants",
    mixinStandardHelpOptions = true,
    description = "List and limit tenants: what all keys of one may ask of models together.",
    subcommands = {TenantsVerb.Ls.class, TenantsVerb.Limit.class},
    footer = {"", "Example: ./remuda tenants limit acme --rpm 600"})
final class TenantsVerb {

  private TenantsVerb() {}

  /** Lists those that have limits. */
  @Command(
      name = "ls",
      mixinStandardHelpOptions = true,
      description = "List tenants that have limits.",
      footer = {"", "Example: ./remuda tenants ls"})
  static final class Ls implements Callable<Integer> {
    @Mixin private Target target;

    @Override
    public Integer call() {
      target
          .output()
          .list(
              Target.items(target.api().get("/v1/tenants")),
              List.of(
                  Column.of("TENANT", "tenant"),
                  Column.of("REQ/MIN", "limits.requestsPerMinute"),
                  Column.of("TOK/MIN", "limits.tokensPerMinute"),
                  Column.of("TOK/DAY", "limits.tokensPerDay"),
                  Column.of("TOK/MONTH", "limits.tokensPerMonth")));
      return Exit.OK.code();
    }
  }

  /** Limits one. */
  @Command(
      name = "limit",
      mixinStandardHelpOptions = true,
      description = "Limit what all keys of a tenant may ask; what is not named stays as it is.",
      footer = {"", "Example: ./remuda tenants limit acme --rpm 600 --budget 20000000/month"})
  static final class Limit implements Callable<Integer> {
    @Mixin private Target target;

    @Parameters(paramLabel = "TENANT", description = "The tenant's name.")
    private String tenant;

    @Mixin private LimitOptions limits;

    @Override
    public Integer call() {
      Api api = target.api();
      String path = Api.path("/v1/tenants", tenant, "/limits");
      ObjectNode present =
          api.get(path).path("limits") instanceof ObjectNode known
              ? known
              : JsonNodeFactory.instance.objectNode();
      JsonNode limited =
          limits.isGiven() ? api.put(path, limits.over(present), Map.of()) : api.get(path);
      if (target.output().format() == Output.Format.TABLE) {
        target.say(
            "tenant " + tenant + " is limited to " + LimitOptions.words(limited.path("limits")));
      } else {
        target.output().document(limited);
      }
      return Exit.OK.code();
    }
  }
}
