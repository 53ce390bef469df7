package io.remuda.deploy.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.remuda.deploy.cli.Output.Column;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Engines: which there are. The launcher installs them. */
@Command(
    name = "engine",
    mixinStandardHelpOptions = true,
    description = "Engines: list what the machines have, install one here.",
    subcommands = {EngineVerb.Ls.class, EngineInstallVerb.class},
    footer = {"", "Example: ./remuda engine install llama-server"})
final class EngineVerb {

  private EngineVerb() {}

  /** Lists the engines of all machines. */
  @Command(
      name = "ls",
      mixinStandardHelpOptions = true,
      description = "List the engines that each machine has, and why it lacks the others.",
      footer = {"", "Example: ./remuda engine ls"})
  static final class Ls implements Callable<Integer> {
    @Mixin private Target target;

    @Override
    public Integer call() {
      ArrayNode rows = JsonNodeFactory.instance.arrayNode();
      for (JsonNode machine : Target.items(target.api().get("/v1/machines"))) {
        for (JsonNode engine : machine.path("engines")) {
          if (engine instanceof ObjectNode offer) {
            String id = machine.path("id").asText("?");
            rows.add(offer.deepCopy().put("machine", id));
          }
        }
      }
      target
          .output()
          .list(
              rows,
              List.of(
                  Column.of("MACHINE", "machine"),
                  Column.of("ENGINE", "engine"),
                  Column.of("AVAILABLE", "available"),
                  Column.of("VERSION", "version"),
                  Column.of("REASON", "reason")));
      return Exit.OK.code();
    }
  }
}
