package io.remuda.node.instance;

import akka.actor.typed.javadsl.TimerScheduler;
import io.remuda.protocol.id.LeaseId;
import java.time.Duration;

/**
 * The time that calls of leases which are over have to end: each lease's its own, whoever has the
 * instance next. Belongs to one actor.
 */
final class Grace {

  private final LeaseGate gate;
  private final TimerScheduler<ModelInstance.Command> timers;

  /**
   * @param left for what is under way since before this actor began, whose lease may be over
   */
  Grace(LeaseGate gate, TimerScheduler<ModelInstance.Command> timers, Duration left) {
    this.gate = gate;
    this.timers = timers;
    gate.inside().forEach(lease -> give(lease, left));
  }

  /**
   * What is under way under the lease, and not under what it holds now, ends within {@code time}.
   */
  void give(LeaseId lease, Duration time) {
    if (time.isZero()) {
      gate.cutStale(lease);
    } else {
      timers.startSingleTimer("grace " + lease, new ModelInstance.GraceOver(lease), time);
    }
  }

  /** The lease's time is up. */
  void over(LeaseId lease) {
    gate.cutStale(lease);
  }
}
