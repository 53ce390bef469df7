package io.remuda.deploy.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.remuda.deploy.cli.Output.Format;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Shows one deployment with its instances. */
@Command(
    name = "show",
    mixinStandardHelpOptions = true,
    description = "Show one deployment: its declaration, where it stands, its instances.",
    footer = {"", "Example: ./remuda show demo"})
final class ShowVerb implements Callable<Integer> {

  @Mixin private Target target;

  @Parameters(paramLabel = "NAME", description = "Name of the deployment.")
  private String name;

  @Override
  public Integer call() {
    Output output = target.output();
    JsonNode shown = target.api().get(Api.path("/v1/deployments", name, ""));
    if (output.format() == Format.TABLE && shown instanceof ObjectNode object) {
      JsonNode instances = object.remove("instances");
      if (object.path("reason").isTextual()) {
        object.put("reason", Output.few(object.path("reason").asText()));
      }
      output.document(object);
      if (instances != null && !instances.isEmpty()) {
        target.world().out().println();
        PsVerb.print(target, instances);
      }
    } else {
      output.document(shown);
    }
    return Exit.OK.code();
  }
}
