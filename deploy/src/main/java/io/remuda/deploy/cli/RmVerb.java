package io.remuda.deploy.cli;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Removes deployments. */
@Command(
    name = "rm",
    mixinStandardHelpOptions = true,
    description = "Remove deployments: their declarations and all their instances.",
    footer = {"", "Example: ./remuda rm chat-small"})
final class RmVerb implements Callable<Integer> {

  @Mixin private Target target;

  @Parameters(paramLabel = "NAME", arity = "1..*", description = "Names of the deployments.")
  private List<String> names;

  @Override
  public Integer call() {
    Api api = target.api();
    for (String name : names) {
      api.delete(Api.path("/v1/deployments", name, ""));
      target.say("removed " + name);
    }
    return Exit.OK.code();
  }
}
