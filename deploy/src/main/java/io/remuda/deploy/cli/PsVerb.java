package io.remuda.deploy.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.remuda.deploy.cli.Output.Column;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Lists instances. */
@Command(
    name = "ps",
    mixinStandardHelpOptions = true,
    description = {
      "List instances: which engine runs where, with its process id and its load, and",
      "whether it takes durable tasks; why one does not is told below the table."
    },
    footer = {"", "Example: ./remuda ps -o json"})
final class PsVerb implements Callable<Integer> {

  @Mixin private Target target;

  private static final List<Column> COLUMNS =
      List.of(
          Column.of("MODEL", "model"),
          Column.of("INSTANCE", "instance"),
          Column.of("MACHINE", "machine"),
          Column.of("ENGINE", "engine"),
          new Column("PHASE", PsVerb::phase),
          Column.of("PID", "pid"),
          Column.of("PORT", "port"),
          new Column("BUSY", PsVerb::busy),
          new Column("TASKS", PsVerb::tasks),
          Column.of("RESTARTS", "restarts"),
          Column.of("REASON", "reason"));

  @Override
  public Integer call() {
    print(target, Target.items(target.api().get("/v1/instances")));
    return Exit.OK.code();
  }

  /** With how far it is and how long it takes still, while that is known. */
  private static String phase(JsonNode row) {
    return Output.text(row.path("phase")) + LoadingText.brief(row);
  }

  static void print(Target target, JsonNode instances) {
    target.output().list(instances, COLUMNS);
    if (target.output().format() == Output.Format.TABLE) {
      for (JsonNode row : instances) {
        if (tasks(row).equals("off")) {
          target.say(
              row.path("instance").asText()
                  + " takes no tasks: "
                  + Output.text(row.path("tasks").path("reason")));
        }
      }
    }
  }

  /** A dash for models that have none. */
  private static String tasks(JsonNode row) {
    JsonNode taking = row.path("tasks").path("taking");
    return taking.isBoolean() ? taking.asBoolean() ? "on" : "off" : "-";
  }

  private static String busy(JsonNode row) {
    return row.path("inFlight").asText("0") + "/" + row.path("slots").asText("?");
  }
}
