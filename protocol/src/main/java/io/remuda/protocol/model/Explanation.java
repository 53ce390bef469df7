package io.remuda.protocol.model;

import io.remuda.protocol.Absent;
import io.remuda.protocol.WireMessage;
import io.remuda.protocol.id.ModelName;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Why a deployment stands where it stands.
 *
 * @param missing how many more instances are wanted than are placed
 * @param placed why each instance is where it is
 * @param verdicts one for each machine, for one more instance: why a missing one is not there
 * @param history the deployment's own events, oldest first, without what was weighed
 * @param scaled how many instances it gives itself; empty where an operator's number holds
 */
public record Explanation(
    ModelName name,
    DeploymentPhase phase,
    Optional<String> reason,
    int missing,
    List<Placed> placed,
    List<Verdict> verdicts,
    List<EventView> history,
    Optional<ScaleView> scaled)
    implements WireMessage {

  /**
   * One instance and why it is where it is.
   *
   * @param at when it was placed there
   * @param because what decided it, as a sentence
   * @param weighed the machines that were weighed then, the chosen one first
   */
  public record Placed(InstanceView instance, Instant at, String because, List<Verdict> weighed)
      implements WireMessage {
    public Placed {
      weighed = List.copyOf(weighed);
    }

    private Placed within(int bytes) {
      List<Verdict> kept = new ArrayList<>();
      int all = 0;
      for (Verdict verdict : weighed) {
        all += verdict.size();
        if (all > bytes && !kept.isEmpty()) {
          break;
        }
        kept.add(verdict);
      }
      return new Placed(instance, at, because, kept);
    }
  }

  public Explanation {
    placed = List.copyOf(placed);
    verdicts = List.copyOf(verdicts);
    history = List.copyOf(history);
    scaled = Absent.orEmpty(scaled);
  }

  /** This explanation as far as it fits into one message: the newest of its history. */
  public Explanation withinOneMessage() {
    int share = LastWords.MESSAGE_BYTES / Math.max(1, placed.size());
    return new Explanation(
        name,
        phase,
        reason,
        missing,
        placed.stream().map(one -> one.within(share)).toList(),
        verdicts,
        newest(history),
        scaled);
  }

  private static List<EventView> newest(List<EventView> events) {
    Deque<EventView> kept = new ArrayDeque<>();
    int all = 0;
    for (int i = events.size() - 1; i >= 0; i--) {
      EventView event = events.get(i).inShort();
      all += event.size();
      if (all > LastWords.MESSAGE_BYTES) {
        break;
      }
      kept.addFirst(event);
    }
    return List.copyOf(kept);
  }
}
