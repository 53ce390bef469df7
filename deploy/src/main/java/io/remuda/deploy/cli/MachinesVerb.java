package io.remuda.deploy.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.remuda.deploy.cli.Output.Column;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lists machines. */
@Command(
    name = "machines",
    mixinStandardHelpOptions = true,
    description = "List machines, or show one: memory, GPUs, what is promised of them.",
    subcommands = {LabelVerb.class, RetryVerb.class, LoseVerb.class},
    footer = {"", "Example: ./remuda machines -o yaml"})
final class MachinesVerb implements Callable<Integer> {

  @Mixin private Target target;

  @Parameters(arity = "0..1", paramLabel = "ID", description = "Show this one in full.")
  private @Nullable String id;

  @Option(
      names = "--confirm-loss",
      description = {
        "Give up the machines that fell silent all at once: what ran there starts elsewhere now.",
        "Without it Remuda waits some minutes, as the network may be at fault."
      })
  private boolean confirmLoss;

  @Override
  public Integer call() {
    if (confirmLoss) {
      return giveUp();
    }
    if (id != null) {
      target.output().document(target.api().get(Api.path("/v1/machines", id, "")));
      return Exit.OK.code();
    }
    target
        .output()
        .list(
            Target.items(target.api().get("/v1/machines")),
            List.of(
                new Column("MACHINE", row -> row.path("id").asText("?")),
                Column.of("HOST", "hostName"),
                new Column("STATE", MachinesVerb::state),
                new Column("MEMORY MIB", row -> share(row, "memoryReservedMiB", "memoryTotalMiB")),
                new Column("CPUS", row -> share(row, "cpusReserved", "cpusTotal")),
                new Column("GPUS", MachinesVerb::gpus),
                new Column("INSTANCES", row -> Integer.toString(row.path("instances").size()))));
    return Exit.OK.code();
  }

  private int giveUp() {
    JsonNode lost = target.api().post("/v1/machines/confirm-loss");
    int count = Target.items(lost).size();
    target.say(
        count == 0
            ? "no mass loss is held back; nothing was given up"
            : "given up: " + count + (count == 1 ? " machine" : " machines"));
    if (target.output().format() != Output.Format.TABLE) {
      target.output().document(lost);
    }
    return Exit.OK.code();
  }

  private static String state(JsonNode row) {
    if (!row.path("reachable").asBoolean(true)) {
      return "UNREACHABLE";
    }
    if (row.path("draining").asBoolean()) {
      return "DRAINING";
    }
    return row.path("cordoned").asBoolean() ? "CORDONED" : "UP";
  }

  /** How many, and how many of them are closed. */
  private static String gpus(JsonNode row) {
    JsonNode all = row.path("gpus");
    long draining = count(all, "draining");
    long cordoned = count(all, "cordoned") - draining;
    return all.size()
        + (draining > 0 ? ", " + draining + " draining" : "")
        + (cordoned > 0 ? ", " + cordoned + " cordoned" : "");
  }

  private static long count(JsonNode gpus, String flag) {
    return StreamSupport.stream(gpus.spliterator(), false)
        .filter(gpu -> gpu.path(flag).asBoolean())
        .count();
  }

  private static String share(JsonNode of, String part, String whole) {
    return Output.text(of.path(part)) + "/" + Output.text(of.path(whole));
  }
}
