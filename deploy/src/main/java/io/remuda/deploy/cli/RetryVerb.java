package io.remuda.deploy.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Has a model tried again on a machine that it did not fit on. */
@Command(
    name = "retry",
    mixinStandardHelpOptions = true,
    description = {
      "Try a model on a machine again where its engine ran out of memory.",
      "Until then, or until its deployment changes, it is placed elsewhere."
    },
    footer = {"", "Example: ./remuda machines retry 4f0c9a1b2d3e chat"})
final class RetryVerb implements Callable<Integer> {

  @Mixin private Target target;

  @Parameters(
      index = "0",
      paramLabel = "MACHINE",
      description = "Id, as 'remuda machines' shows it.")
  private String machine;

  @Parameters(index = "1", paramLabel = "MODEL", description = "Name of the deployment.")
  private String model;

  @Override
  public Integer call() {
    JsonNode answer =
        target.api().post(Api.path(Api.path("/v1/machines", machine, "/retry"), model, ""));
    target.say(model + " may be placed on " + machine + " again");
    if (target.output().format() != Output.Format.TABLE) {
      target.output().document(answer);
    }
    return Exit.OK.code();
  }
}
