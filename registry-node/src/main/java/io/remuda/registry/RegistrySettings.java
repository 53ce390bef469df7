package io.remuda.registry;

import com.typesafe.config.Config;
import io.remuda.registry.fleet.FlapPolicy;
import io.remuda.registry.fleet.LossBrakePolicy;
import io.remuda.registry.lease.LeaseTimes;
import io.remuda.registry.model.ClaimPolicy;
import io.remuda.registry.model.EvictionTimes;
import io.remuda.registry.model.LeaseLimits;
import io.remuda.registry.model.ReconcilePolicy;
import io.remuda.registry.model.RolloutTimes;
import io.remuda.registry.model.ScaleTimes;
import io.remuda.registry.usage.AllowanceTimes;
import io.remuda.registry.usage.UsageTimes;
import java.time.Duration;

/** The registry's part of the configuration, under {@code remuda}. */
public record RegistrySettings(
    ReconcilePolicy reconcile,
    LossBrakePolicy brake,
    FlapPolicy flapping,
    Duration pingInterval,
    Duration forgetAfter,
    Duration reconcileInterval,
    Duration wakeInterval,
    int wakePace,
    Duration cordonTimeout,
    Duration pauseLimit,
    int snapshotEvery,
    Duration whatIfTimeout,
    Duration closeAfter,
    LeaseTimes lease,
    AllowanceTimes allowance,
    UsageTimes usage) {

  public static RegistrySettings from(Config root) {
    Config config = root.getConfig("remuda.registry");
    Config liveness = root.getConfig("remuda.liveness");
    ReconcilePolicy reconcile =
        new ReconcilePolicy(
            liveness.getDuration("suspect-after"),
            liveness.getDuration("lost-after"),
            config.getDuration("resend-after"),
            config.getDuration("describe-timeout"),
            config.getDuration("describe-retry"),
            config.getDuration("refusal-hold"),
            config.getDuration("refusal-hold-max"),
            config.getDuration("drain"),
            config.getDuration("unknown-after"),
            config.getDuration("failure-hold"),
            config.getDuration("failure-hold-max"),
            config.getDuration("self-hold"),
            config.getDuration("restart-hold"),
            RolloutTimes.from(config.getConfig("rollout")),
            ScaleTimes.from(config),
            EvictionTimes.from(config),
            new ClaimPolicy(config.getDouble("claim.margin"), config.getDouble("claim.differs")),
            LeaseLimits.from(config));
    if (reconcile.lostAfter().compareTo(reconcile.suspectAfter()) <= 0) {
      throw new IllegalArgumentException(
          "remuda.liveness.lost-after (%s) must be longer than suspect-after (%s)"
              .formatted(reconcile.lostAfter(), reconcile.suspectAfter()));
    }
    return new RegistrySettings(
        reconcile,
        new LossBrakePolicy(
            liveness.getInt("brake.machines"),
            liveness.getDouble("brake.share"),
            liveness.getDuration("brake.window"),
            liveness.getDuration("brake.hold"),
            reconcile.lostAfter()),
        new FlapPolicy(
            liveness.getInt("flapping.changes"), liveness.getDuration("flapping.window")),
        liveness.getDuration("ping-interval"),
        liveness.getDuration("forget-after"),
        config.getDuration("reconcile-interval"),
        config.getDuration("wake-interval"),
        config.getInt("wake-pace"),
        config.getDuration("cordon-timeout"),
        config.getDuration("pause-limit"),
        root.getInt("remuda.journal.snapshot-every"),
        config.getDuration("what-if-timeout"),
        config.getDuration("close-after"),
        LeaseTimes.from(config),
        AllowanceTimes.from(config),
        UsageTimes.from(config));
  }
}
