package io.remuda.protocol.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificateWatchTest {

  private static final Duration DAY = Duration.ofDays(1);

  private final Instant start = Instant.now();
  private final AtomicReference<Instant> clock = new AtomicReference<>(start);
  private final List<Double> left = new ArrayList<>();
  @TempDir Path data;
  private CertificateAuthority authority;
  private CertificateWatch watch;

  @BeforeEach
  void make() {
    authority = CertificateAuthority.create(data.resolve("ca"), "remuda", start);
    take(start);
    FleetTls tls = FleetTls.find(data, Duration.ZERO, clock::get, System::nanoTime).orElseThrow();
    watch = new CertificateWatch(tls, Duration.ofDays(30), DAY, clock::get, left::add);
  }

  @Test
  void saysDailyThatTheCertificateEndsSoonWhileTheNodeRuns() {
    assertThat(lookAt(Duration.ofDays(59))).as("31 days before").isFalse();
    assertThat(lookAt(Duration.ofDays(61))).as("29 days before").isTrue();
    assertThat(lookAt(Duration.ofDays(61).plusHours(23))).as("within a day").isFalse();
    assertThat(lookAt(Duration.ofDays(62))).isTrue();
    assertThat(lookAt(Duration.ofDays(91))).as("ended").isTrue();
  }

  @Test
  void measuresTheTimeThatIsLeft() {
    lookAt(Duration.ofDays(89));
    lookAt(Duration.ofDays(91));

    assertThat(left.get(0)).isBetween(86_398.0, 86_400.0);
    assertThat(left.get(1)).isZero();
  }

  @Test
  void aNewCertificateEndsTheWarnings() {
    assertThat(lookAt(Duration.ofDays(80))).isTrue();

    take(start.plus(Duration.ofDays(80)));

    assertThat(lookAt(Duration.ofDays(82))).isFalse();
    assertThat(left.get(1)).isGreaterThan(Duration.ofDays(80).toSeconds());
  }

  private boolean lookAt(Duration sinceStart) {
    clock.set(start.plus(sinceStart));
    return watch.look();
  }

  private void take(Instant at) {
    NodeCertificate.take(data, authority.token("n", Duration.ofDays(90), List.of(), at), at);
  }
}
