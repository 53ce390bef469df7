package io.remuda.node.agent;

import io.remuda.node.agent.AgentState.Tombstone;
import io.remuda.protocol.NodeProtocol.StopInstance;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.InstanceId;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What a machine makes of an order to stop an instance, and of an instance's end: which epoch it
 * has seen, and which tombstone keeps the instance from coming back.
 */
public final class StopDecider {

  private StopDecider() {}

  /**
   * What a stop comes to. Refused, it is answered at once; of an instance that is here, when that
   * has ended; else when {@code state} is kept.
   *
   * @param here whether there is an instance to drain
   * @param state of the agent afterwards
   */
  public record Outcome(Optional<Refused> refused, boolean here, AgentState state) {}

  /**
   * Decides.
   *
   * @param present whether an instance is on the machine
   * @param incarnation of the agent, the sequence of a tombstone without a last word
   */
  public static Outcome decide(
      AgentState state,
      Predicate<InstanceId> present,
      long incarnation,
      Instant now,
      StopInstance stop) {
    Optional<Refused> objection = state.objectionTo(stop);
    if (objection.isPresent()) {
      return new Outcome(objection, false, state);
    }
    InstanceId id = stop.id();
    AgentState seen = state.seen(id, stop.epoch(), stop.journal());
    if (present.test(id)) {
      return new Outcome(Optional.empty(), true, seen);
    }
    // A start of this instance that is still on its way has to find that it is over.
    return new Outcome(
        Optional.empty(),
        false,
        seen.tombstones().containsKey(id)
            ? seen
            : seen.ended(id, new Tombstone(stop.epoch(), incarnation, now)));
  }

  /**
   * The state after an instance's end.
   *
   * @param last sequence of the last that was said of it
   */
  public static AgentState over(AgentState state, InstanceId id, long last, Instant now) {
    long epoch = state.epochs().getOrDefault(id, 0L);
    return state.ended(id, new Tombstone(epoch, last + 1, now));
  }
}
