package io.remuda.deploy.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.remuda.deploy.cli.Output.Column;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Lists deployments. */
@Command(
    name = "ls",
    mixinStandardHelpOptions = true,
    description = "List deployments: what was declared, and how far it is.",
    footer = {"", "Example: ./remuda ls -o json"})
final class LsVerb implements Callable<Integer> {

  @Mixin private Target target;

  @Override
  public Integer call() {
    target
        .output()
        .list(
            Target.items(target.api().get("/v1/deployments")),
            List.of(
                Column.of("NAME", "name"),
                Column.of("PHASE", "phase"),
                new Column(
                    "READY",
                    row -> row.path("ready").asText("0") + "/" + row.path("replicas").asText("?")),
                Column.of("ENGINE", "engine"),
                Column.of("MODEL", "model"),
                new Column("REASON", LsVerb::reason)));
    return Exit.OK.code();
  }

  /** Why it is not as wanted; else whose wish it is, where it is nobody's. */
  private static String reason(JsonNode row) {
    String reason = Output.text(row.path("reason"));
    if (!row.path("selfRegistered").asBoolean()) {
      return reason;
    }
    return reason.equals("-") ? "self-registered" : "self-registered; " + reason;
  }
}
