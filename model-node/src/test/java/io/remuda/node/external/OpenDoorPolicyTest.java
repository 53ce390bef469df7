package io.remuda.node.external;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.node.external.OpenDoorPolicy.Wish;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OpenDoorPolicyTest {

  @ParameterizedTest(name = "loopback {0}, gateway here {1}, it asks {2}: auto {3}, off {4}")
  @CsvSource({
    "true,  true,  false, true,  true",
    "true,  true,  true,  false, true",
    "true,  false, false, false, true",
    "false, true,  false, false, false",
    "false, false, true,  false, false",
  })
  void isOpenOnlyToThisMachinesOwnUsers(
      boolean loopback, boolean gatewayHere, boolean asks, boolean auto, boolean off) {
    OpenDoorPolicy policy = new OpenDoorPolicy(loopback, gatewayHere, asks);

    assertThat(policy.isOpen(Wish.AUTO)).isEqualTo(auto);
    assertThat(policy.isOpen(Wish.OFF)).isEqualTo(off);
    assertThat(policy.isOpen(Wish.ON)).isFalse();
    assertThat(policy.allows(Wish.OFF)).isEqualTo(loopback);
    assertThat(policy.allows(Wish.AUTO)).isTrue();
  }
}
