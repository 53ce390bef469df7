package io.remuda.deploy.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Tells what would come of a machine's instances if it were lost. */
@Command(
    name = "lose",
    mixinStandardHelpOptions = true,
    description = "Show what would come of a machine's instances if it were lost.",
    footer = {"", "Example: ./remuda machines lose 4f0c9a1b2d3e --dry-run"})
final class LoseVerb implements Callable<Integer> {

  @Mixin private Target target;

  @Parameters(paramLabel = "MACHINE", description = "Id, as 'remuda machines' shows it.")
  private String machine;

  @Option(names = "--dry-run", description = "Must be given: nothing is changed.")
  private boolean dryRun;

  @Override
  public Integer call() {
    if (!dryRun) {
      throw new CliFailure(
          Exit.USAGE,
          "a loss is nothing that one orders: add --dry-run to see what it would come to, or drain"
              + " the machine");
    }
    Forecasts.show(
        target,
        Forecasts.items(target.api().post(Api.path("/v1/machines", machine, "/lose?dryRun=true"))));
    return Exit.OK.code();
  }
}
