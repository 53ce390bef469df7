package io.remuda.registry.model;

import java.time.Duration;

/**
 * How patient the reconciler is.
 *
 * @param suspectAfter silence after which a machine's word is no longer the present
 * @param lostAfter silence after which its instances are placed elsewhere
 * @param resendAfter without an effect, a command is sent again
 * @param describeTimeout after which another machine is asked about a model
 * @param describeRetry after which a machine that did not have a model is asked again
 * @param refusalHold for which a machine that refused is passed over; doubles with each refusal
 * @param refusalHoldMax longest such time
 * @param drain granted to a stopping instance
 * @param unknownAfter an instance that nobody assigned is stopped
 * @param failureHold pause after a failed instance; doubles with each failure
 * @param failureHoldMax longest such pause
 * @param selfHold beyond {@code lostAfter}, after which a machine that does not say any more that
 *     it has a model by itself is taken off
 * @param restartHold between two restarts of one engine that are written for another reason, and
 *     two events that say that a wanted instance fits nowhere
 * @param rollout how patient a rollout is
 * @param scale how soon a deployment that scales by itself follows its load
 * @param evict how soon an idle model gives way to a wanted one
 * @param claim what the next instance claims, given what others were seen to use
 * @param lease how far leases may go
 */
public record ReconcilePolicy(
    Duration suspectAfter,
    Duration lostAfter,
    Duration resendAfter,
    Duration describeTimeout,
    Duration describeRetry,
    Duration refusalHold,
    Duration refusalHoldMax,
    Duration drain,
    Duration unknownAfter,
    Duration failureHold,
    Duration failureHoldMax,
    Duration selfHold,
    Duration restartHold,
    RolloutTimes rollout,
    ScaleTimes scale,
    EvictionTimes evict,
    ClaimPolicy claim,
    LeaseLimits lease) {

  /** How long {@code first} grows to after {@code times} repetitions. */
  static Duration grown(Duration first, Duration most, int times) {
    Duration grown = first.multipliedBy(1L << Math.min(Math.max(times - 1, 0), 20));
    return grown.compareTo(most) > 0 ? most : grown;
  }
}
