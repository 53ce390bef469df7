package io.remuda.protocol.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When a certificate that took another one's place is used. */
class FleetTlsTest {

  private static final Duration MONTH = Duration.ofDays(30);
  private static final Duration LOOK = Duration.ofSeconds(5);

  private final Instant now = Instant.now();
  private final AtomicReference<Instant> clock = new AtomicReference<>(now);
  private final AtomicLong nanos = new AtomicLong();
  @TempDir Path folder;
  private CertificateAuthority authority;
  private Path data;

  @BeforeEach
  void make() {
    authority = CertificateAuthority.create(folder.resolve("ca"), "remuda", now);
    data = folder;
  }

  @Test
  void aCertificateWhoseTimeHadNotComeIsUsedWhenItHas() throws Exception {
    NodeCertificate.take(data, token(now), now);
    FleetTls tls = FleetTls.find(data, LOOK, clock::get, nanos::get).orElseThrow();
    JoinToken early = token(now.plus(Duration.ofDays(3)));
    NodeCertificate.take(data, early, now.plus(Duration.ofDays(3)));

    assertThat(atTheNextLook(tls)).isNotEqualTo(early.certificate());
    clock.set(now.plus(Duration.ofDays(3)));
    assertThat(atTheNextLook(tls)).as("the file is the same").isEqualTo(early.certificate());
  }

  private X509Certificate atTheNextLook(FleetTls tls) {
    nanos.addAndGet(LOOK.plusSeconds(1).toNanos());
    return tls.material().own().certificate();
  }

  private JoinToken token(Instant at) {
    return authority.token("n", MONTH, List.of(), at);
  }
}
