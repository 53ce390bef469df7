package io.remuda.deploy.cli;

import io.remuda.deploy.cli.Output.Column;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Tasks that were given up after too many attempts. */
@Command(
    name = "dead",
    mixinStandardHelpOptions = true,
    description = "Look at tasks that were given up, run them again, or drop them; for admins.",
    subcommands = {DeadTaskVerb.Ls.class, DeadTaskVerb.Retry.class, DeadTaskVerb.Drop.class},
    footer = {"", "Example: ./remuda task dead ls"})
final class DeadTaskVerb {

  private DeadTaskVerb() {}

  /** Lists them. */
  @Command(
      name = "ls",
      mixinStandardHelpOptions = true,
      description = "List tasks that were given up, of all tenants, the oldest first.",
      footer = {"", "Example: ./remuda task dead ls -o json"})
  static final class Ls implements Callable<Integer> {
    @Mixin private Target target;

    @Option(names = "--limit", paramLabel = "N", defaultValue = "100", description = "1 to 1000.")
    private int limit;

    @Override
    public Integer call() {
      target
          .output()
          .list(
              Target.items(target.api().get("/v1/tasks/dead?limit=" + limit)),
              List.of(
                  Column.of("ID", "id"),
                  Column.of("MODEL", "model"),
                  Column.of("TENANT", "tenant"),
                  Column.of("AT", "at"),
                  Column.of("REASON", "reason")));
      return Exit.OK.code();
    }
  }

  /** Runs them again. */
  @Command(
      name = "retry",
      mixinStandardHelpOptions = true,
      description = "Run tasks again that were given up, with all their attempts before them.",
      footer = {"", "Example: ./remuda task dead retry tk_m3k1x0_8f2c0d1e2f3a4b5c6d7e"})
  static final class Retry implements Callable<Integer> {
    @Mixin private Target target;

    @Parameters(paramLabel = "ID", arity = "1..*", description = "Ids, as 'dead ls' shows them.")
    private List<String> ids;

    @Override
    public Integer call() {
      Api api = target.api();
      for (String id : ids) {
        api.post(Api.path("/v1/tasks/dead", id, "/retry"));
        target.say(id + " is QUEUED again");
      }
      return Exit.OK.code();
    }
  }

  /** Drops them. */
  @Command(
      name = "drop",
      mixinStandardHelpOptions = true,
      description = "Forget tasks that were given up; their records stay for their time to live.",
      footer = {"", "Example: ./remuda task dead drop tk_m3k1x0_8f2c0d1e2f3a4b5c6d7e"})
  static final class Drop implements Callable<Integer> {
    @Mixin private Target target;

    @Parameters(paramLabel = "ID", arity = "1..*", description = "Ids, as 'dead ls' shows them.")
    private List<String> ids;

    @Override
    public Integer call() {
      Api api = target.api();
      for (String id : ids) {
        api.delete(Api.path("/v1/tasks/dead", id, ""));
        target.say(id + " is dropped");
      }
      return Exit.OK.code();
    }
  }
}
