package io.remuda.gateway.task;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ConfirmPolicyTest {

  private final ConfirmPolicy policy = new ConfirmPolicy(10, 35);

  @Test
  void aConnectionThatWasSentNothingIsNotSilent() {
    assertThat(policy.silent(1_000)).isFalse();
  }

  @Test
  void whatWaitsIsCountedFromTheLastConfirm() {
    policy.sent(0);
    policy.sent(8);
    policy.confirmed(9, false);

    assertThat(policy.silent(19)).isFalse();
    assertThat(policy.silent(20)).isTrue();
  }

  @Test
  void aConfirmOfTheLastOneEndsTheWait() {
    policy.sent(0);
    policy.confirmed(9, true);

    assertThat(policy.silent(1_000)).isFalse();
    policy.sent(1_000);
    assertThat(policy.silent(1_010)).isFalse();
    assertThat(policy.silent(1_011)).isTrue();
  }

  @Test
  void eachTimeInVainDoublesThePatienceUpToTheLongest() {
    policy.sent(0);
    assertThat(policy.silent(11)).isTrue();
    assertThat(policy.silent(1_000)).as("once for each connection").isFalse();
    policy.sent(1_000);
    assertThat(policy.silent(1_020)).isFalse();
    assertThat(policy.silent(1_021)).isTrue();
    policy.sent(2_000);
    assertThat(policy.silent(2_035)).isFalse();
    assertThat(policy.silent(2_036)).isTrue();

    policy.sent(3_000);
    policy.confirmed(3_001, false);
    assertThat(policy.silent(3_012)).as("a confirm sets it back").isTrue();
  }

  @Test
  void aReasonThatIsKnownIsNoSilence() {
    policy.sent(0);
    policy.excused();

    assertThat(policy.silent(1_000)).isFalse();
  }
}
