package io.remuda.node.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import org.junit.jupiter.api.Test;

/** What a declared memory means to the kernel. */
class MemoryFactorTest {

  @Test
  void aDeclarationThatIsALittleTooLowEndsNothing() {
    assertThat(settings("{}").memoryLimitMiB(1000)).isEqualTo(1500);
  }

  @Test
  void whereItIsOneTheDeclarationIsTheLimit() {
    assertThat(settings("remuda.node.engine.memory-factor = 1").memoryLimitMiB(1000))
        .isEqualTo(1000);
  }

  @Test
  void whatDeclaresNothingAndAMachineThatWantsNoLimitHaveNone() {
    assertThat(settings("{}").memoryLimitMiB(0)).isZero();
    assertThat(settings("remuda.node.engine.memory-factor = 0").memoryLimitMiB(1000)).isZero();
  }

  @Test
  void refusesToEndAnEngineForWhatItWasPromised() {
    assertThatThrownBy(() -> settings("remuda.node.engine.memory-factor = 0.9"))
        .hasMessageContaining("remuda.node.engine.memory-factor is 0.9")
        .hasMessageContaining("1 or more");
  }

  private static EngineSettings settings(String more) {
    return EngineSettings.from(
        ConfigFactory.parseString(more).withFallback(ConfigFactory.load()).resolve());
  }
}
