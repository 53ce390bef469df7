package io.remuda.node.instance;

import io.remuda.protocol.model.Phase;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The phases of an instance and everything that can move it from one to another: the one table that
 * the actor obeys and the documentation shows. What the table does not hold does not happen.
 */
public final class Lifecycle {

  /** What happens to an instance. */
  public enum Trigger {
    RESERVED("its machine reserves the claim"),
    ADOPTED("the engine outlived its JVM"),
    SPAWNED("the engine runs"),
    PROVEN("alive, our alias, one token"),
    ENGINE_ENDED("the engine ended"),
    ENGINE_HUNG("the engine does not answer and is ended"),
    PAUSE_OVER("the pause is over"),
    HOPELESS("does not fit here, or failed too often"),
    STOPPED("told to stop"),
    DRAINED("nothing in flight, engine gone"),
    OUT_OF_SIGHT("the registry does not hear of its machine"),
    SEEN("the registry hears of its machine again");

    private final String words;

    Trigger(String words) {
      this.words = words;
    }
  }

  /** One row of the table. */
  public record Transition(Phase from, Trigger trigger, Phase to) {}

  public static final List<Transition> TABLE =
      List.of(
          new Transition(Phase.ASSIGNED, Trigger.RESERVED, Phase.STARTING),
          new Transition(Phase.ASSIGNED, Trigger.ADOPTED, Phase.WARMING),
          new Transition(Phase.ASSIGNED, Trigger.STOPPED, Phase.DRAINING),
          new Transition(Phase.STARTING, Trigger.SPAWNED, Phase.WARMING),
          new Transition(Phase.STARTING, Trigger.ENGINE_ENDED, Phase.BACKOFF),
          new Transition(Phase.STARTING, Trigger.HOPELESS, Phase.FAILED),
          new Transition(Phase.STARTING, Trigger.STOPPED, Phase.DRAINING),
          new Transition(Phase.WARMING, Trigger.PROVEN, Phase.READY),
          new Transition(Phase.WARMING, Trigger.ENGINE_ENDED, Phase.BACKOFF),
          new Transition(Phase.WARMING, Trigger.ENGINE_HUNG, Phase.BACKOFF),
          new Transition(Phase.WARMING, Trigger.HOPELESS, Phase.FAILED),
          new Transition(Phase.WARMING, Trigger.STOPPED, Phase.DRAINING),
          new Transition(Phase.READY, Trigger.ENGINE_ENDED, Phase.BACKOFF),
          new Transition(Phase.READY, Trigger.ENGINE_HUNG, Phase.BACKOFF),
          new Transition(Phase.READY, Trigger.HOPELESS, Phase.FAILED),
          new Transition(Phase.READY, Trigger.STOPPED, Phase.DRAINING),
          new Transition(Phase.READY, Trigger.OUT_OF_SIGHT, Phase.SUSPECT),
          new Transition(Phase.SUSPECT, Trigger.SEEN, Phase.READY),
          new Transition(Phase.BACKOFF, Trigger.ENGINE_ENDED, Phase.BACKOFF),
          new Transition(Phase.BACKOFF, Trigger.HOPELESS, Phase.FAILED),
          new Transition(Phase.BACKOFF, Trigger.PAUSE_OVER, Phase.STARTING),
          new Transition(Phase.BACKOFF, Trigger.STOPPED, Phase.DRAINING),
          new Transition(Phase.FAILED, Trigger.STOPPED, Phase.DRAINING),
          new Transition(Phase.DRAINING, Trigger.DRAINED, Phase.ENDED));

  private Lifecycle() {}

  /** Where {@code trigger} leads from {@code from}; empty when it changes nothing there. */
  public static Optional<Phase> next(Phase from, Trigger trigger) {
    return TABLE.stream()
        .filter(row -> row.from() == from && row.trigger() == trigger)
        .map(Transition::to)
        .findFirst();
  }

  /** The table as a mermaid state diagram. */
  public static String mermaid() {
    StringBuilder diagram = new StringBuilder("stateDiagram-v2\n");
    diagram.append("    [*] --> ").append(Phase.ASSIGNED).append('\n');
    for (Transition row : TABLE) {
      diagram
          .append("    ")
          .append(row.from())
          .append(" --> ")
          .append(row.to())
          .append(": ")
          .append(row.trigger().words)
          .append('\n');
    }
    Set<Phase> left = new LinkedHashSet<>();
    TABLE.forEach(row -> left.add(row.from()));
    TABLE.stream()
        .map(Transition::to)
        .distinct()
        .filter(phase -> !left.contains(phase))
        .forEach(phase -> diagram.append("    ").append(phase).append(" --> [*]\n"));
    return diagram.toString();
  }
}
