package io.remuda.deploy.cli;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Prints what engines wrote. */
@Command(
    name = "logs",
    mixinStandardHelpOptions = true,
    description = "Print what the engines of a deployment wrote.",
    footer = {
      "",
      "Of several instances only one can be followed: name it with --instance.",
      "Example: ./remuda logs demo --lines 50"
    })
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
      names = "--instance",
      paramLabel = "ID",
      description = "Only what this instance's engine wrote, such as demo-1.")
  private @Nullable String instance;

  @Option(
      names = {"-f", "--follow"},
      description = "Go on as the engine writes, until Ctrl-C.")
  private boolean follow;

  @Override
  public Integer call() {
    String one =
        instance == null ? "" : "&instance=" + URLEncoder.encode(instance, StandardCharsets.UTF_8);
    String query = "/logs?lines=" + lines + one + (follow ? "&follow=true" : "");
    target.api().copy(Api.path("/v1/deployments", name, query), target.world().out()::println);
    return Exit.OK.code();
  }
}
