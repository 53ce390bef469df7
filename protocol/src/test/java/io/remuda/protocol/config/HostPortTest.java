package io.remuda.protocol.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostPortTest {

  @Property(tries = 100)
  void whatIsPrintedReadsTheSame(@ForAll @IntRange(min = 0, max = 65_535) int port) {
    for (String host : new String[] {"127.0.0.1", "gpu-03.example", "::1"}) {
      HostPort address = new HostPort(host, port);
      assertThat(HostPort.parse(address.toString())).contains(address);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ":1", "host", "host:", "host:x", "host:70000", "a b:1", "http://a:1"})
  void anythingElseIsNoAddress(String raw) {
    assertThat(HostPort.parse(raw)).isEmpty();
  }

  @Test
  void bothSpellingsOfThisMachineAreOneContact() {
    assertThat(HostPort.parse("localhost:7")).contains(new HostPort("127.0.0.1", 7));
    assertThat(new HostPort("localhost", 7).isLoopback()).isTrue();
    assertThat(new HostPort("192.0.2.1", 7).isLoopback()).isFalse();
    assertThat(new HostPort("no-such-host.invalid", 7).isLoopback()).isFalse();
    assertThatThrownBy(() -> new HostPort("", 7)).isInstanceOf(IllegalArgumentException.class);
  }
}
