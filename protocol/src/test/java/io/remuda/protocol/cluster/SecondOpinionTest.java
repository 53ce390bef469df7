package io.remuda.protocol.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.cluster.OpinionPolicy.Registry;
import io.remuda.protocol.config.HostPort;
import io.remuda.protocol.testing.FreePort;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When a registry node that is silent is taken for dead without further patience. */
class SecondOpinionTest {

  private static final Duration LIMIT = Duration.ofSeconds(20);

  private static final HostPort A = new HostPort("10.0.0.1", 2551);
  private static final HostPort B = new HostPort("10.0.0.2", 2551);
  private static final HostPort C = new HostPort("10.0.0.3", 2551);
  private static final HostPort D = new HostPort("10.0.0.4", 2551);
  private static final HostPort E = new HostPort("10.0.0.5", 2551);

  @Test
  void aHostWhereNothingListensAnyMoreSaysSo() {
    HostPort ended = new HostPort("127.0.0.1", FreePort.next());

    assertThat(SecondOpinion.refuses(ended, LIMIT)).isTrue();
  }

  /** As one that is stopped: its kernel takes the connection, and nobody ever answers over it. */
  @Test
  void aProcessThatIsMerelyNotRunIsNotTakenForDead() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      HostPort stopped = new HostPort("127.0.0.1", silent.getLocalPort());

      assertThat(SecondOpinion.refuses(stopped, LIMIT)).isFalse();
    }
  }

  @Test
  void aHostThatNobodyKnowsSaysNothing() {
    assertThat(SecondOpinion.refuses(new HostPort("no-such-host.invalid", 2551), LIMIT)).isFalse();
  }

  @Test
  void thoseWhoAreAMajorityWithoutItAskAfterIt() {
    assertThat(OpinionPolicy.silent(List.of(up(A), up(B), silent(C)))).containsExactly(C);
    assertThat(OpinionPolicy.silent(List.of(up(A), up(B), up(C), silent(D), silent(E))))
        .containsExactly(D, E);
  }

  /** Cut off by a firewall that refuses, it would take all the others for dead. */
  @Test
  void aMinorityTakesNobodyForDead() {
    assertThat(OpinionPolicy.silent(List.of(up(A), silent(B), silent(C)))).isEmpty();
    assertThat(OpinionPolicy.silent(List.of(up(A), silent(B)))).isEmpty();
    assertThat(OpinionPolicy.silent(List.of(up(A), up(B), silent(C), silent(D)))).isEmpty();
  }

  /** Of three that die one after the other the last one must not go on alone. */
  @Test
  void whoIsGivenUpAlreadyStillCounts() {
    Registry downed = new Registry(B, false, false);

    assertThat(OpinionPolicy.silent(List.of(up(A), downed, silent(C)))).isEmpty();
    assertThat(OpinionPolicy.silent(List.of(up(A), downed, up(C)))).isEmpty();
  }

  /** It may have taken its names with it, or not: the resolver knows how to decide that. */
  @Test
  void whoIsLeavingIsNoVoice() {
    Registry leaving = new Registry(B, false, true);

    assertThat(OpinionPolicy.silent(List.of(up(A), leaving, silent(C)))).isEmpty();
  }

  private static Registry up(HostPort node) {
    return new Registry(node, true, true);
  }

  private static Registry silent(HostPort node) {
    return new Registry(node, true, false);
  }
}
