package io.remuda.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.id.ModelName;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Only for a while after it was found is an alias that leads nowhere waited for. */
class LooseAliasesTest {

  private static final ModelName V1 = new ModelName("chat-v1");
  private static final ModelName V2 = new ModelName("chat-v2");

  private final LooseAliases aliases = new LooseAliases(Duration.ofSeconds(2));

  @Test
  void theTimeCountsFromTheFirstRequestThatFoundItSo() {
    assertThat(left(V1, 10)).isEqualTo(Duration.ofSeconds(2));
    assertThat(left(V1, 11)).isEqualTo(Duration.ofSeconds(1));
    assertThat(left(V1, 13)).isZero();
  }

  @Test
  void anotherModelThatIsGoneIsAnotherSwitch() {
    left(V1, 10);

    assertThat(left(V2, 100)).isEqualTo(Duration.ofSeconds(2));
  }

  private Duration left(ModelName target, int second) {
    return aliases.left("chat", target, Duration.ofSeconds(second).toNanos());
  }
}
