package io.remuda.deploy.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SocketsTest {

  private static final String HEADER =
      "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout";

  @Test
  void countsBytesThatWaitForOneAddress() {
    List<String> table =
        List.of(
            HEADER,
            // 10.77.0.4:8000, twice; another port; another host.
            "   0: 07004D0A:1F90 04004D0A:1F40 01 000000FF:00000000 01:00000014 00000000     0",
            "   1: 07004D0A:1F91 04004D0A:1F40 01 00000001:00000000 01:00000014 00000000     0",
            "   2: 07004D0A:1F92 04004D0A:1F41 01 00000010:00000000 01:00000014 00000000     0",
            "   3: 07004D0A:1F93 05004D0A:1F40 01 00000010:00000000 01:00000014 00000000     0");

    assertThat(Sockets.unsent(table, "10.77.0.4", 8000)).isEqualTo(256);
  }

  @Test
  void countsAConnectionThatNobodyAnswers() {
    List<String> table =
        List.of(
            HEADER,
            "   0: 07004D0A:1F90 04004D0A:1F40 02 00000000:00000000 01:00000014 00000000     0");

    assertThat(Sockets.unsent(table, "10.77.0.4", 8000)).isEqualTo(1);
  }

  @Test
  void theEndOfAConnectionIsNoMessage() {
    List<String> table =
        List.of(
            HEADER,
            "   0: 07004D0A:1F90 04004D0A:1F40 04 00000001:00000000 01:00000014 00000000     0");

    assertThat(Sockets.unsent(table, "10.77.0.4", 8000)).isZero();
  }

  @Test
  void countsAddressesThatAreWrittenAsOnesOfIpv6() {
    List<String> table =
        List.of(
            HEADER,
            "   0: 0000000000000000FFFF000007004D0A:1F90 0000000000000000FFFF000004004D0A:1F40 01"
                + " 00000020:00000000 01:00000014 00000000     0");

    assertThat(Sockets.unsent(table, "10.77.0.4", 8000)).isEqualTo(32);
  }
}
