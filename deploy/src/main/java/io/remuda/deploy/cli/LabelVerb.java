package io.remuda.deploy.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Sets a machine's labels and takes them away. */
@Command(
    name = "label",
    mixinStandardHelpOptions = true,
    description = "Set labels of a machine, which deployments may ask for, or take them away.",
    footer = {"", "Example: ./remuda machines label 4f0c9a1b2d3e zone=a gpu-"})
final class LabelVerb implements Callable<Integer> {

  @Mixin private Target target;

  @Parameters(
      index = "0",
      paramLabel = "MACHINE",
      description = "Id, as 'remuda machines' shows it.")
  private String machine;

  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "LABEL",
      description = "KEY=VALUE sets a label, KEY- takes it away.")
  private List<String> changes;

  @Override
  public Integer call() {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    for (String change : changes) {
      int equals = change.indexOf('=');
      if (equals > 0) {
        body.put(change.substring(0, equals), change.substring(equals + 1));
      } else if (change.length() > 1 && change.endsWith("-")) {
        body.putNull(change.substring(0, change.length() - 1));
      } else {
        throw new CliFailure(
            Exit.USAGE,
            "'"
                + change
                + "' is no change of a label; write KEY=VALUE to set one, KEY- to take"
                + " it away");
      }
    }
    JsonNode answer = target.api().patch(Api.path("/v1/machines", machine, "/labels"), body);
    target.say(machine + " is labelled as asked");
    if (target.output().format() != Output.Format.TABLE) {
      target.output().document(answer);
    }
    return Exit.OK.code();
  }
}
