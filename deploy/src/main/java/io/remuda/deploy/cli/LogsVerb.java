package io.remuda.deploy.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Prints what engines wrote. */
@Command(
    name = "logs",
    mixinStandardHelpOptions = true,
    description = "Print what the engines of a deployment wrote.",
    footer = {"", "Example: ./remuda logs demo --lines 50"})
final class LogsVerb implements Callable<Integer> {

  @Mixin private Target target;

  @Parameters(paramLabel = "NAME", description = "Name of the deployment.")
  private String name;

  @Option(
      names = {"-n", "--lines"},
      paramLabel = "N",
      defaultValue = "200",
      description = "How many of the last lines. Default: ${DEFAULT-VALUE}.")
  private int lines;

  @Option(
      names = {"-f", "--follow"},
      description = "Go on as the engine writes, until Ctrl-C.")
  private boolean follow;

  @Override
  public Integer call() {
    target
        .api()
        .copy(
            Api.path(
                "/v1/deployments", name, "/logs?lines=" + lines + (follow ? "&follow=true" : "")),
            target.world().out()::println);
    return Exit.OK.code();
  }
}
