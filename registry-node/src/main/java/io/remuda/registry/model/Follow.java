package io.remuda.registry.model;

import io.remuda.protocol.model.InstanceReport;
import io.remuda.protocol.model.LastWords;
import io.remuda.protocol.model.Phase;
import io.remuda.registry.model.InstanceEvent.InstanceEnded;
import io.remuda.registry.model.InstanceEvent.InstanceLost;
import io.remuda.registry.model.InstanceEvent.InstanceReady;
import io.remuda.registry.placement.FleetSnapshot.Machine;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What the journal knows of each instance is brought up to what its machine says, or does not. */
final class Follow {

  private final Round round;

  private Follow(Round round) {
    this.round = round;
  }

  static void all(Round round) {
    Follow step = new Follow(round);
    List.copyOf(round.state().instances().values()).forEach(step::follow);
  }

  private void follow(Instance instance) {
    Duration silence = round.fleet().silenceOf(instance.machine());
    if (silence.compareTo(round.policy().lostAfter()) > 0
        && !round.fleet().braked()
        && !hearsNobody(instance)) {
      lost(instance);
      return;
    }
    Optional<Machine> machine =
        round.fleet().machine(instance.machine()).filter(round.sight()::speaks);
    if (machine.isEmpty()) {
      return;
    }
    Optional<InstanceReport> report = machine.get().instance(instance.id());
    if (report.isPresent()) {
      // It has it, whatever it once said.
      round.remember(round.soft().without(instance.id()));
    }
    if (instance.stopping()) {
      stopping(instance, report);
    } else if (report.isEmpty()) {
      unseen(instance, machine.get());
    } else if (report.get().phase().isFinal()) {
      failed(instance, report.get(), machine.get());
    } else {
      RestartDecider.look(instance, report.get(), round.policy(), round.now())
          .ifPresent(round::emit);
      FitDecider.measured(
              round.state(), instance, report.get(), round.policy().claim(), round.now())
          .ifPresent(round::emit);
      if (report.get().phase() == Phase.READY && instance.readyAt().isEmpty()) {
        round.emit(new InstanceReady(instance.id(), round.now()));
      }
    }
  }

  /**
   * Whether this registry node has heard no machine at all: then it is cut off rather than they,
   * and there is nowhere to place what it would give up.
   */
  private boolean hearsNobody(Instance instance) {
    return round.fleet().machines().isEmpty()
        && !round.fleet().confirmed().contains(instance.machine());
  }

  private void lost(Instance instance) {
    Absence absence = Absence.of(round.fleet(), instance.machine(), round.policy().lostAfter());
    round.emit(
        new InstanceLost(
            instance.id(),
            instance.machine(),
            absence.text(instance.machine()),
            Optional.of(absence),
            round.now()));
  }

  private void stopping(Instance instance, Optional<InstanceReport> report) {
    Instance.Stop stop = instance.stop().orElseThrow();
    if (report.map(r -> r.phase() == Phase.ENDED).orElse(false)) {
      round.emit(new InstanceEnded(instance.id(), false, stop.reason(), round.now()));
    } else if (round.sight().due(instance.id())) {
      round.remember(round.soft().sent(instance.id(), round.now()));
      round.order(new Action.Stop(instance.machine(), instance.id(), stop.epoch()));
    }
  }

  /** Assigned, and its machine says nothing of it: its start is sent, again where it is due. */
  private void unseen(Instance instance, Machine machine) {
    if (machine.report().settled()
        && round.sight().due(instance.id())
        && !held(instance)
        && !round.older()) {
      round.remember(round.soft().sent(instance.id(), round.now()));
      round.order(new Action.Start(instance));
    }
  }

  private void failed(Instance instance, InstanceReport report, Machine machine) {
    Optional<ModelEvent> unfit =
        FitDecider.ended(instance, report, machine.report().capacity(), round.now());
    unfit.ifPresent(round::emit);
    round.emit(
        new InstanceEnded(
            instance.id(),
            // Where it does not fit it is not tried again, so no other machine waits for that.
            unfit.isEmpty(),
            LastWords.within(report.reason().orElse("its engine ended"), LastWords.JOURNALED_BYTES),
            round.now()));
    // What it still holds of its machine is given back.
    round.order(new Action.Stop(instance.machine(), instance.id(), round.state().sequence()));
    round.remember(round.soft().sent(instance.id(), round.now()));
  }

  /** Whether its machine refused it and is left alone for a while. */
  private boolean held(Instance instance) {
    SoftState soft = round.soft();
    return soft.standing().containsKey(instance.id())
        && soft.hold(instance.machine()).map(hold -> hold.lasts(round.now())).orElse(false);
  }
}
