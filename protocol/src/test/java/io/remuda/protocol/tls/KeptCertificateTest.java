package io.remuda.protocol.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.remuda.protocol.config.StartRefused;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The certificate that a node keeps: what replaces it, what does not, and when it cannot be used.
 */
class KeptCertificateTest {

  private static final Duration MONTH = Duration.ofDays(30);

  private final Instant now = Instant.now();
  @TempDir Path folder;
  private CertificateAuthority authority;
  private Path data;

  @BeforeEach
  void make() throws Exception {
    authority = CertificateAuthority.create(folder.resolve("ca"), "remuda", now);
    data = Files.createDirectories(folder.resolve("node"));
  }

  @Test
  void anExpiredTokenInAStartScriptDoesNotStopANodeThatWasRenewed() {
    JoinToken first = token(now);
    JoinToken renewed = token(now.plus(Duration.ofDays(20)));
    Instant later = now.plus(Duration.ofDays(40));
    NodeCertificate.take(data, first, now);
    NodeCertificate.take(data, renewed, now.plus(Duration.ofDays(20)));

    assertThat(NodeCertificate.take(data, first, later)).isFalse();

    assertThat(NodeCertificate.load(data, later).orElseThrow().certificate())
        .isEqualTo(renewed.certificate());
  }

  @Test
  void anExpiredTokenThatWouldBeUsedIsRefused() {
    Instant later = now.plus(Duration.ofDays(40));

    assertThatThrownBy(() -> NodeCertificate.take(data, token(now), later))
        .isInstanceOf(StartRefused.class)
        .hasMessageContaining("The join token is valid from");
    assertThat(NodeCertificate.kept(data)).isEmpty();
  }

  @Test
  void aFolderThatCannotBeReadIsNotTakenForNoCertificate() throws Exception {
    assertThat(NodeCertificate.load(data, now)).as("there is none").isEmpty();
    Files.writeString(data.resolve("tls"), "where a folder should be");

    assertThatThrownBy(() -> NodeCertificate.load(data, now))
        .isInstanceOf(StartRefused.class)
        .hasMessageContaining("cannot be read")
        .hasMessageContaining("whether it has to talk encrypted");
    assertThat(NodeCertificate.unreadable(data, new AccessDeniedException(data.toString())))
        .hasMessageContaining("(no permission)");
  }

  @Test
  void onlyANodeThatHasACertificateIsRenewed() {
    assertThatThrownBy(() -> NodeCertificate.renew(data, token(now), now))
        .isInstanceOf(StartRefused.class)
        .hasMessageContaining("has no certificate that could be renewed");
    assertThat(NodeCertificate.kept(data)).isEmpty();

    NodeCertificate.take(data, token(now), now);
    assertThat(NodeCertificate.renew(data, token(now.plusSeconds(60)), now)).isTrue();
    JoinToken foreign =
        CertificateAuthority.create(folder.resolve("lab"), "lab", now)
            .token("n", MONTH, List.of(), now);
    assertThatThrownBy(() -> NodeCertificate.renew(data, foreign, now))
        .isInstanceOf(StartRefused.class)
        .hasMessageContaining("of another fleet");
  }

  private JoinToken token(Instant at) {
    return authority.token("n", MONTH, List.of(), at);
  }
}
