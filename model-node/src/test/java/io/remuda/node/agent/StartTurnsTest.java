package io.remuda.node.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.id.InstanceId;
import org.junit.jupiter.api.Test;

class StartTurnsTest {

  private static final InstanceId A = InstanceId.of("a-1");
  private static final InstanceId B = InstanceId.of("b-1");
  private static final InstanceId C = InstanceId.of("c-1");

  @Test
  void oneAtATimeInTheOrderOfAsking() {
    StartTurns turns = StartTurns.NONE.wants(A).wants(B).wants(C).wants(B);

    assertThat(turns.holder()).contains(A);
    assertThat(turns.over(A).holder()).contains(B);
    assertThat(turns.over(A).over(B).over(C)).isEqualTo(StartTurns.NONE);
  }

  @Test
  void whoWantsNoTurnAnyMoreIsPassedOver() {
    StartTurns turns = StartTurns.NONE.wants(A).wants(B).wants(C).over(B);

    assertThat(turns.over(A).holder()).contains(C);
  }
}
