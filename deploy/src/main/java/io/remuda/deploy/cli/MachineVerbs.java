package io.remuda.deploy.cli;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The verbs that say whether a machine takes instances. */
final class MachineVerbs {

  private MachineVerbs() {}

  private static int act(Target target, String machine, String action, String done) {
    return act(target, machine, action, null, done);
  }

  private static int act(
      Target target, String machine, String action, @Nullable String gpu, String done) {
    String path = Api.path("/v1/machines", machine, "/" + action);
    var answer =
        target
            .api()
            .post(
                gpu == null
                    ? path
                    : path
                        + (action.contains("?") ? "&gpu=" : "?gpu=")
                        + URLEncoder.encode(gpu, StandardCharsets.UTF_8));
    target.say((gpu == null ? machine : "GPU " + gpu + " of " + machine) + " " + done);
    if (target.output().format() != Output.Format.TABLE) {
      target.output().document(answer);
    }
    return Exit.OK.code();
  }

  /** No new instances. */
  @Command(
      name = "cordon",
      mixinStandardHelpOptions = true,
      description = "Let a machine take no new instances; what runs there goes on.",
      footer = {"", "Example: ./remuda cordon 4f0c9a1b2d3e"})
  static final class Cordon implements Callable<Integer> {
    @Mixin private Target target;

    @Parameters(paramLabel = "MACHINE", description = "Id, as 'remuda machines' shows it.")
    private String machine;

    @Option(
        names = "--gpu",
        paramLabel = "GPU",
        description = "Only this GPU of it, by its index or its UUID.")
    private @Nullable String gpu;

    @Override
    public Integer call() {
      return act(target, machine, "cordon", gpu, "takes no new instances");
    }
  }

  /** New instances again. */
  @Command(
      name = "uncordon",
      mixinStandardHelpOptions = true,
      description = "Let a machine take new instances again.",
      footer = {"", "Example: ./remuda uncordon 4f0c9a1b2d3e"})
  static final class Uncordon implements Callable<Integer> {
    @Mixin private Target target;

    @Parameters(paramLabel = "MACHINE", description = "Id, as 'remuda machines' shows it.")
    private String machine;

    @Option(
        names = "--gpu",
        paramLabel = "GPU",
        description = "Only this GPU of it, by its index or its UUID.")
    private @Nullable String gpu;

    @Override
    public Integer call() {
      return act(target, machine, "uncordon", gpu, "takes new instances again");
    }
  }

  /** Move everything elsewhere. */
  @Command(
      name = "drain",
      mixinStandardHelpOptions = true,
      description = {
        "Cordon a machine and move what runs there elsewhere.",
        "Refused where something there has no other place."
      },
      footer = {
        "",
        "Example: ./remuda drain 4f0c9a1b2d3e",
        "         ./remuda drain 4f0c9a1b2d3e --dry-run"
      })
  static final class Drain implements Callable<Integer> {
    @Mixin private Target target;

    @Parameters(paramLabel = "MACHINE", description = "Id, as 'remuda machines' shows it.")
    private String machine;

    @Option(
        names = "--gpu",
        paramLabel = "GPU",
        description = "Only this GPU of it, by its index or its UUID.")
    private @Nullable String gpu;

    @Option(
        names = "--force",
        description = {
          "Also where something there has no other place:",
          "it serves on there until it has."
        })
    private boolean force;

    @Option(names = "--dry-run", description = "Change nothing; show what it would come to.")
    private boolean dryRun;

    @Override
    public Integer call() {
      if (!dryRun) {
        return act(target, machine, force ? "drain?force=true" : "drain", gpu, "is being drained");
      }
      String path = Api.path("/v1/machines", machine, "/drain?dryRun=true");
      String query = gpu == null ? "" : "&gpu=" + URLEncoder.encode(gpu, StandardCharsets.UTF_8);
      Forecasts.show(target, Forecasts.items(target.api().post(path + query)));
      return Exit.OK.code();
    }
  }
}
