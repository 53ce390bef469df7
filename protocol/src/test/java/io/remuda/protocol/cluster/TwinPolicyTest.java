package io.remuda.protocol.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.id.MachineId;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TwinPolicyTest {

  private static final MachineId MACHINE = new MachineId("a1b2c3");
  private static final Set<MachineId> LIVING = Set.of(MACHINE, new MachineId("d4e5f6"));

  private final TwinPolicy twins = new TwinPolicy(Duration.ofSeconds(20));
  private long now = 42;

  @Test
  void oneThatGoesOnAskingIsATwin() {
    boolean[] said = new boolean[25];
    for (int second = 0; second < said.length; second++) {
      said[second] = asksAfter(Duration.ofSeconds(1));
    }

    assertThat(said[0]).isFalse();
    assertThat(said[19]).as("19 s after its first question").isFalse();
    assertThat(said[20]).isTrue();
    assertThat(said[24]).isTrue();
  }

  @Test
  void twoQuickRestartsOfOneMachineDaysApartAreNone() {
    assertThat(asksAfter(Duration.ZERO)).isFalse();
    assertThat(asksAfter(Duration.ofSeconds(3))).isFalse();

    assertThat(asksAfter(Duration.ofDays(3))).isFalse();
    assertThat(asksAfter(Duration.ofSeconds(3))).isFalse();
  }

  @Test
  void whoseNamesakeIsGoneBeginsAnew() {
    asksAfter(Duration.ZERO);
    asksAfter(Duration.ofSeconds(15));
    twins.isTwin(new MachineId("d4e5f6"), Set.of(), now);

    assertThat(asksAfter(Duration.ofSeconds(10))).isFalse();
  }

  private boolean asksAfter(Duration pause) {
    now += pause.toNanos();
    return twins.isTwin(MACHINE, LIVING, now);
  }
}
