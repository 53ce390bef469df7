package io.remuda.node.agent;

import io.remuda.node.instance.Assignment;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.NodeProtocol.StartInstance;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.InstanceReport.Origin;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Whether a machine takes an instance that it is told to start. What is here already is taken again
 * without being done again; what is new needs the machine's readiness and room for its claim.
 */
public final class StartDecider {

  static final Refused NOT_YET =
      Refused.of(
          ErrorCode.CORDONED,
          "this machine has just started and still looks at its GPUs; try again in a moment");

  private StartDecider() {}

  /**
   * What a start comes to. With neither of the two it is obeyed, and nothing is to be done.
   *
   * @param begins what is to be brought up, once a runtime for it is found
   */
  public record Outcome(Optional<Refused> refused, Optional<Promised> begins) {
    static final Outcome HERE = new Outcome(Optional.empty(), Optional.empty());

    static Outcome refused(Optional<Refused> why) {
      return new Outcome(why, Optional.empty());
    }
  }

  /** A new instance, and the ledger with its claim in it. */
  public record Promised(CapacityLedger ledger, Assignment assignment) {}

  /**
   * Decides.
   *
   * @param machine as refusals name it
   * @param gpusKnown whether its GPUs were looked at since its agent began
   * @param here whether an instance is on the machine
   */
  public static Outcome decide(
      MachineId machine,
      AgentState state,
      CapacityLedger ledger,
      boolean gpusKnown,
      Predicate<InstanceId> here,
      StartInstance start) {
    Optional<Refused> objection = state.objectionTo(start, here);
    if (objection.isPresent()) {
      return Outcome.refused(objection);
    }
    if (here.test(start.id())) {
      return Outcome.HERE;
    }
    if (!gpusKnown) {
      return Outcome.refused(Optional.of(NOT_YET));
    }
    CapacityLedger.Outcome reserved = ledger.reserve(start.id(), start.claim(), machine.toString());
    return reserved
        .ledger()
        .map(left -> promised(ledger, left.shareOf(start.id()), start))
        .map(promised -> new Outcome(Optional.empty(), Optional.of(promised)))
        .orElseGet(() -> Outcome.refused(reserved.refused()));
  }

  private static Promised promised(
      CapacityLedger ledger, Map<String, Long> share, StartInstance start) {
    CapacityLedger with = ledger.with(start.id(), new CapacityLedger.Promise(start.claim(), share));
    return new Promised(with, assignment(with, start));
  }

  private static Assignment assignment(CapacityLedger promised, StartInstance start) {
    return new Assignment(
        start.id(),
        start.epoch(),
        start.journal(),
        Origin.ASSIGNED,
        start.spec(),
        start.claim(),
        promised.shareOf(start.id()),
        promised.fractionOf(start.id()),
        start.revision());
  }
}
