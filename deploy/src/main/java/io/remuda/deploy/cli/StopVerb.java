package io.remuda.deploy.cli;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Scales to zero. */
@Command(
    name = "stop",
    mixinStandardHelpOptions = true,
    description = "Scale deployments to zero and keep their declarations.",
    footer = {"", "Example: ./remuda stop demo     (and './remuda scale demo 1' starts it again)"})
final class StopVerb implements Callable<Integer> {

  @Mixin private Target target;

  @Parameters(paramLabel = "NAME", arity = "1..*", description = "Names of the deployments.")
  private List<String> names;

  @Override
  public Integer call() {
    Api api = target.api();
    for (String name : names) {
      ScaleVerb.scale(api, name, 0);
      target.say("stopping " + name);
    }
    return Exit.OK.code();
  }
}
