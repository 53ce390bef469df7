package io.remuda.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.remuda.registry.lease.LeaseTimes;
import io.remuda.registry.model.EvictionTimes;
import io.remuda.registry.model.LeaseLimits;
import io.remuda.registry.model.RolloutTimes;
import io.remuda.registry.model.ScaleTimes;
import io.remuda.registry.usage.AllowanceTimes;
import io.remuda.registry.usage.UsageTimes;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RegistrySettingsTest {

  private static final Config DEFAULTS = ConfigFactory.load();

  @Test
  void hasSaneDefaults() {
    RegistrySettings settings = RegistrySettings.from(DEFAULTS);

    assertThat(settings.reconcile().lostAfter()).isEqualTo(Duration.ofSeconds(27));
    assertThat(settings.pingInterval()).isEqualTo(Duration.ofSeconds(1));
    assertThat(settings.brake().machines()).isEqualTo(4);
    assertThat(settings.snapshotEvery()).isEqualTo(100);
    assertThat(settings.whatIfTimeout()).isEqualTo(Duration.ofSeconds(4));
    assertThat(settings.closeAfter()).isEqualTo(Duration.ofMinutes(10));
  }

  @Test
  void everyKeyOfScalingIsReadAndBadOnesAreRefused() {
    Config scale =
        ConfigFactory.parseString(
            "scale { up-window = 1s, down-window = 2s, direction-hold = 3s, load-share = 0.5,"
                + " demand-limit = 4s }");

    assertThat(ScaleTimes.from(scale))
        .isEqualTo(
            new ScaleTimes(
                Duration.ofSeconds(1),
                Duration.ofSeconds(2),
                Duration.ofSeconds(3),
                0.5,
                Duration.ofSeconds(4)));
    assertThat(RegistrySettings.from(DEFAULTS).reconcile().scale().downWindow())
        .isEqualTo(Duration.ofSeconds(60));
    assertThatThrownBy(
            () ->
                ScaleTimes.from(
                    ConfigFactory.parseString("scale.load-share = 0").withFallback(scale)))
        .hasMessageContaining("load-share");
  }

  @Test
  void everyKeyOfLeasesIsReadAndBadOnesAreRefused() {
    Config lease =
        ConfigFactory.parseString(
            "lease { queue = 3, extra = 2, claim-limit = 9s, abandoned-after = 40s, sessions = 5,"
                + " linger = 20s, repeat-interval = 3s, answer-within = 700ms, remember = 5m }");

    assertThat(LeaseLimits.from(lease))
        .isEqualTo(
            new LeaseLimits(
                3, 2, Duration.ofSeconds(9), Duration.ofSeconds(40), 5, Duration.ofSeconds(20)));
    assertThat(LeaseTimes.from(lease))
        .isEqualTo(
            new LeaseTimes(Duration.ofSeconds(3), Duration.ofMillis(700), Duration.ofMinutes(5)));
    assertThat(RegistrySettings.from(DEFAULTS).lease().remember()).isEqualTo(Duration.ofHours(1));
    assertThat(RegistrySettings.from(DEFAULTS).lease().answerWithin())
        .isEqualTo(Duration.ofSeconds(1));
    assertThat(RegistrySettings.from(DEFAULTS).reconcile().lease().extra()).isEqualTo(4);
    assertThat(RegistrySettings.from(DEFAULTS).reconcile().lease().linger())
        .isEqualTo(Duration.ofSeconds(30));
    assertThatThrownBy(
            () ->
                LeaseLimits.from(
                    ConfigFactory.parseString("lease.linger = -1s").withFallback(lease)))
        .hasMessageContaining("linger");
    assertThatThrownBy(
            () ->
                LeaseLimits.from(ConfigFactory.parseString("lease.queue = 0").withFallback(lease)))
        .hasMessageContaining("queue");
    assertThatThrownBy(
            () ->
                LeaseTimes.from(
                    ConfigFactory.parseString("lease.claim-limit = 5s").withFallback(lease)))
        .hasMessageContaining("claim-limit");
    assertThatThrownBy(
            () ->
                LeaseTimes.from(
                    ConfigFactory.parseString("lease.remember = 59s").withFallback(lease)))
        .hasMessageContaining("remember");
  }

  @Test
  void everyKeyOfRolloutsIsRead() {
    Config rollout =
        ConfigFactory.parseString(
            "rollout { deadline = 1m, idle-patience = 2s, room-patience = 3s }");

    assertThat(RolloutTimes.from(rollout.getConfig("rollout")))
        .isEqualTo(
            new RolloutTimes(Duration.ofMinutes(1), Duration.ofSeconds(2), Duration.ofSeconds(3)));
    assertThat(RegistrySettings.from(DEFAULTS).reconcile().rollout().roomPatience())
        .isEqualTo(Duration.ofSeconds(5));
  }

  @Test
  void everyKeyOfLimitsAndUsageIsReadAndBadOnesAreRefused() {
    Config config =
        ConfigFactory.parseString(
            "limits { portion-life = 2s, listen = 700ms }, usage { retention = 40d, waiting = 3 }");

    assertThat(AllowanceTimes.from(config))
        .isEqualTo(new AllowanceTimes(Duration.ofSeconds(2), Duration.ofMillis(700)));
    assertThat(UsageTimes.from(config)).isEqualTo(new UsageTimes(Duration.ofDays(40), 3));
    assertThat(RegistrySettings.from(DEFAULTS).allowance().portionLife())
        .isEqualTo(Duration.ofSeconds(3));
    assertThat(RegistrySettings.from(DEFAULTS).usage().retention()).isEqualTo(Duration.ofDays(400));
    assertThatThrownBy(
            () ->
                AllowanceTimes.from(
                    ConfigFactory.parseString("limits.portion-life = 1m").withFallback(config)))
        .hasMessageContaining("portion-life");
    assertThatThrownBy(
            () ->
                UsageTimes.from(
                    ConfigFactory.parseString("usage.retention = 20d").withFallback(config)))
        .hasMessageContaining("retention");
    assertThatThrownBy(
            () ->
                UsageTimes.from(
                    ConfigFactory.parseString("usage.waiting = 0").withFallback(config)))
        .hasMessageContaining("waiting");
  }

  @Test
  void everyKeyOfEvictionIsReadAndBadOnesAreRefused() {
    Config evict = ConfigFactory.parseString("evict { idle = 1s, hold = 2s, hold-max = 3s }");

    assertThat(EvictionTimes.from(evict))
        .isEqualTo(
            new EvictionTimes(Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(3)));
    assertThat(RegistrySettings.from(DEFAULTS).reconcile().evict().idle())
        .isEqualTo(Duration.ofSeconds(10));
    assertThatThrownBy(
            () ->
                EvictionTimes.from(
                    ConfigFactory.parseString("evict.hold-max = 1s").withFallback(evict)))
        .hasMessageContaining("hold-max");
  }

  @Test
  void everyKeyIsRead() {
    RegistrySettings settings =
        RegistrySettings.from(
            ConfigFactory.parseMap(
                    Map.of(
                        "remuda.liveness.lost-after", "50s",
                        "remuda.liveness.forget-after", "2h",
                        "remuda.liveness.flapping.changes", 9,
                        "remuda.registry.drain", "7s",
                        "remuda.registry.cordon-timeout", "8s",
                        "remuda.registry.what-if-timeout", "9s",
                        "remuda.registry.close-after", "6m",
                        "remuda.journal.snapshot-every", 3))
                .withFallback(DEFAULTS));

    assertThat(settings.reconcile().lostAfter()).isEqualTo(Duration.ofSeconds(50));
    assertThat(settings.forgetAfter()).isEqualTo(Duration.ofHours(2));
    assertThat(settings.flapping().changes()).isEqualTo(9);
    assertThat(settings.reconcile().drain()).isEqualTo(Duration.ofSeconds(7));
    assertThat(settings.cordonTimeout()).isEqualTo(Duration.ofSeconds(8));
    assertThat(settings.whatIfTimeout()).isEqualTo(Duration.ofSeconds(9));
    assertThat(settings.closeAfter()).isEqualTo(Duration.ofMinutes(6));
    assertThat(settings.snapshotEvery()).isEqualTo(3);
  }

  @Test
  void refusesToLoseAMachineBeforeItIsSuspect() {
    assertThatThrownBy(
            () ->
                RegistrySettings.from(
                    ConfigFactory.parseMap(Map.of("remuda.liveness.lost-after", "1s"))
                        .withFallback(DEFAULTS)))
        .hasMessageContaining("lost-after");
  }
}
