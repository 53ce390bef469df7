package io.remuda.registry.machine;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.MachineId;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** What is changed while it is looked at what a drain would come to. */
class DrainMeanwhileTest {

  private static final MachineId M1 = new MachineId("m1");

  @Test
  void aDrainHoldsForTheMachineAsItWasWhenItWasAskedFor() {
    MachineState asked = MachineState.empty(M1);
    MachineState cordoned = asked.on(MachineDecider.cordon(asked, Instant.EPOCH).orElseThrow());
    MachineState opened =
        cordoned.on(MachineDecider.uncordon(cordoned, Instant.EPOCH).orElseThrow());

    assertThat(MachineDecider.changedSince(asked, asked.sequence())).isEmpty();
    assertThat(MachineDecider.changedSince(cordoned, asked.sequence()).map(Refused::code))
        .hasValue(ErrorCode.STALE_VERSION);
    assertThat(MachineDecider.changedSince(opened, asked.sequence()).orElseThrow().message())
        .contains("machine m1 was changed", "drain it again");
  }
}
