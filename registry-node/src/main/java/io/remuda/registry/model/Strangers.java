package io.remuda.registry.model;

import io.remuda.protocol.id.MachineId;
import io.remuda.registry.model.RegistrationEvent.MachineUnregistered;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/** What machines have of a name without its owner's doing, or no longer have. */
final class Strangers {

  private Strangers() {}

  /** Instances of this name that run somewhere and that the journal does not know (any more). */
  static void stop(Round round) {
    Plan plan = StrangerDecider.look(round.sight());
    plan.actions().forEach(round::order);
    round.remember(plan.soft());
  }

  /** Machines that have not said for long that they have the model by themselves. */
  static void takeOffTheSilent(Round round) {
    waitForTheRegistered(round);
    if (round.fleet().braked()) {
      return;
    }
    Duration limit = round.policy().lostAfter().plus(round.policy().selfHold());
    for (Map.Entry<MachineId, Instant> said : round.soft().registered().entrySet()) {
      Duration silence = Duration.between(said.getValue(), round.now());
      if (silence.compareTo(limit) > 0) {
        round.emit(
            new MachineUnregistered(
                round.state().name(),
                said.getKey(),
                "it has not said for %d s that it has it".formatted(silence.toSeconds()),
                round.now()));
      }
    }
    waitForTheRegistered(round);
  }

  private static void waitForTheRegistered(Round round) {
    round.remember(round.soft().waitingFor(round.state().registrations().keySet(), round.now()));
  }
}
