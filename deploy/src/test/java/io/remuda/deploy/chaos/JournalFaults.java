package io.remuda.deploy.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import io.remuda.deploy.chaos.Watch.Look;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.testing.Eventually;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Faults of the journal behind the registry: it is another one, and an operator puts it right. */
final class JournalFaults {

  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /** Several times that after which a registry node stops what it does not know. */
  private static final Duration LONG_ENOUGH = Duration.ofSeconds(20);

  private static final String NAMED = "obeys another journal";

  private JournalFaults() {}

  /**
   * All registry nodes end and come back to a database with nothing in it. What runs goes on and
   * serves; a name that is declared there says why it finds no place; with the journal restored
   * from its backup all is as it was. What was accepted in between is gone with what it was written
   * to.
   */
  static void replaced(Round round) {
    Map<InstanceId, Long> before = Faults.pids(round.look());
    Stage stage = round.stage();
    List<Node> registries = stage.registries();
    round.breaks();
    registries.forEach(Node::kill);
    // Nobody writes any more: this is all that was accepted.
    Path backup = stage.backups().make("journal-" + round.recorder().number());
    Duration replaced = round.recorder().now();
    stage.backups().empty();
    startAgain(registries);
    Optional<String> named = named(stage.door(), "newcomer-" + round.recorder().number());
    round.demand("the mismatch is named", named.isPresent(), named.orElse("never"));
    Round.pass(LONG_ENOUGH);
    boolean live = before.values().stream().allMatch(JournalFaults::isAlive);
    round.demand("engines live on behind an empty journal", live, live);
    registries.forEach(Node::kill);
    stage.backups().empty();
    stage.backups().restore(backup);
    round.recorder().takeBackAccepted(replaced);
    startAgain(registries);
    round.heals();
    round.goal(
        "changes accepted after the restored journal's return",
        Faults.acceptedAfterHealing(round),
        Faults.ALL_BACK);
    round.until(Look::settled, PATIENCE);
    Map<InstanceId, Long> after = Faults.pids(round.look());
    round.demand("the same engines", after.equals(before), after);
  }

  private static void startAgain(List<Node> registries) {
    registries.forEach(Node::start);
    registries.forEach(Node::awaitUp);
  }

  private static boolean isAlive(long pid) {
    return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
  }

  /** Why a new name finds no place, where that says what is wrong; the name is taken back. */
  private static Optional<String> named(Door door, String name) {
    String path = "/v1/deployments/" + name;
    try {
      Eventually.isTrue(
          "a new name is accepted",
          PATIENCE,
          () ->
              door.put(path, "{\"engine\":\"jvm\",\"model\":\"demo\",\"replicas\":1}")
                  .filter(answer -> answer.status() == 202)
                  .isPresent());
      return Optional.of(
          Eventually.find(
              "its reason is told",
              PATIENCE,
              () ->
                  door.get(path)
                      .filter(
                          shown -> door.get(path + "/why").filter(JournalFaults::says).isPresent())
                      .map(shown -> shown.path("reason").asText())
                      .filter(reason -> reason.contains(NAMED))));
    } catch (AssertionError never) {
      return Optional.empty();
    } finally {
      var unused = door.ask("DELETE", path, "", Map.of());
    }
  }

  private static boolean says(JsonNode why) {
    return why.toString().contains(NAMED);
  }
}
