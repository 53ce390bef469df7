package io.remuda.protocol.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.remuda.protocol.config.StartRefused;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JoinTokenTest {

  private static final Duration YEAR = Duration.ofDays(365);

  /** Near the present, which certificates that the JDK checks by itself must be valid at. */
  private final Instant now = Instant.now();

  @TempDir Path folder;
  private CertificateAuthority authority;
  private Path data;

  @BeforeEach
  void make() throws Exception {
    authority = CertificateAuthority.create(folder.resolve("ca"), "remuda", now);
    data = Files.createDirectories(folder.resolve("node"));
  }

  private JoinToken token(String name, Instant at) {
    return authority.token(name, YEAR, List.of("10.0.0.7", "gpu-03.lab", "fd00::7"), at);
  }

  @Test
  void aTokenIsOneLineThatBringsAllThatANodeNeeds() throws Exception {
    JoinToken made = token("gpu-03", now);

    JoinToken read = JoinToken.parse(made.line() + "\n");

    assertThat(made.line()).doesNotContain("\n").hasSizeLessThan(4096);
    assertThat(read).isEqualTo(made);
    assertThat(read.clusterKey()).hasValueSatisfying(key -> assertThat(key).hasSize(64));
    assertThat(read.cluster()).isEqualTo("remuda");
    assertThat(read.certificate().getExtendedKeyUsage()).hasSize(2);
    assertThat(read.certificate().getSubjectAlternativeNames().toString())
        .contains("gpu-03]", "10.0.0.7", "gpu-03.lab", "fd00:0:0:0:0:0:0:7");
    assertThat(read.certificate().getBasicConstraints()).as("signs nobody").isEqualTo(-1);
    assertThat(read.authority().getBasicConstraints()).as("signs nodes only").isZero();
    read.certificate().verify(read.authority().getPublicKey());
    assertThat(made.toString()).contains("gpu-03").doesNotContain("PrivateKey");
  }

  @Test
  void theAuthorityIsForItsOwnerAloneAndNeverOverwritten() throws Exception {
    Path dir = folder.resolve("ca");
    for (String secret : List.of("ca.key", "cluster.key")) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(dir.resolve(secret))))
          .isEqualTo("rw-------");
    }
    byte[] before = Files.readAllBytes(dir.resolve("ca.key"));

    assertThatThrownBy(() -> CertificateAuthority.create(dir, "remuda", now))
        .isInstanceOf(StartRefused.class)
        .hasMessageContaining("is there already")
        .hasMessageContaining("join-token");

    assertThat(Files.readAllBytes(dir.resolve("ca.key"))).isEqualTo(before);
    assertThat(CertificateAuthority.open(dir).certificate()).isEqualTo(authority.certificate());
    assertThatThrownBy(() -> CertificateAuthority.open(data))
        .isInstanceOf(StartRefused.class)
        .hasMessageContaining("remuda ca init");
  }

  @Test
  void refusesATokenThatIsTornWithoutShowingIt() {
    String line = token("n", now).line();

    for (String torn :
        List.of(
            line.substring(0, line.length() - 5),
            line.substring(0, 40),
            line.substring(0, 100) + (line.charAt(100) == 'A' ? 'B' : 'A') + line.substring(101),
            line + "!")) {
      assertThatThrownBy(() -> JoinToken.parse(torn))
          .isInstanceOf(StartRefused.class)
          .hasMessageContaining("torn")
          .hasMessageNotContaining(line.substring(20, 40));
    }
    assertThatThrownBy(() -> JoinToken.parse("hello"))
        .isInstanceOf(StartRefused.class)
        .hasMessageContaining("does not begin with");
  }

  @Test
  void keepsItOnceAndForAllInAFileForItsOwnerAlone() throws Exception {
    assertThat(NodeCertificate.take(data, token("n", now), now)).isTrue();

    assertThat(NodeCertificate.load(data, now)).isPresent();
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(NodeCertificate.file(data))))
        .isEqualTo("rw-------");
    assertThat(NodeCertificate.load(folder.resolve("ca"), now)).isEmpty();
  }

  @Test
  void anOlderTokenChangesNothingSoThatItMayStayInAStartScript() {
    NodeCertificate.take(data, token("n", now), now);
    NodeCertificate.take(data, token("n", now.plusSeconds(60)), now);
    NodeCertificate kept = NodeCertificate.load(data, now).orElseThrow();

    assertThat(NodeCertificate.take(data, token("n", now.minusSeconds(60)), now)).isFalse();

    assertThat(NodeCertificate.load(data, now)).contains(kept);
  }

  @Test
  void refusesATokenOfAnotherFleetAndSaysHowToChangeFleets() {
    NodeCertificate.take(data, token("n", now), now);
    JoinToken foreign =
        CertificateAuthority.create(folder.resolve("other"), "remuda", now)
            .token("n", YEAR, List.of(), now);

    assertThatThrownBy(() -> NodeCertificate.take(data, foreign, now))
        .isInstanceOf(StartRefused.class)
        .hasMessageContaining("of another fleet")
        .hasMessageContaining(data.resolve("tls").toString());
  }

  @Test
  void anExpiredCertificateIsRefusedWithTheClockNamed() {
    Instant later = now.plus(YEAR).plusSeconds(1);
    NodeCertificate.take(data, token("n", now), now);

    assertThatThrownBy(() -> NodeCertificate.load(data, later))
        .isInstanceOf(StartRefused.class)
        .hasMessageContaining("this machine's clock says " + later)
        .hasMessageContaining("Set the clock")
        .hasMessageContaining("join-token");
    assertThatThrownBy(() -> NodeCertificate.take(data, token("n", now), later))
        .isInstanceOf(StartRefused.class)
        .hasMessageContaining("The join token is valid from");
  }

  @Test
  void aClockThatIsAnHourBehindTakesAFreshCertificate() {
    assertThat(NodeCertificate.take(data, token("n", now), now.minus(Duration.ofHours(1))))
        .isTrue();
  }

  @Test
  void aCertificateOfAnotherKeyIsRefused() {
    JoinToken one = token("n", now);
    JoinToken other = token("n", now);
    JoinToken mixed =
        new JoinToken(one.authority(), one.certificate(), other.key(), Optional.empty());

    assertThatThrownBy(() -> NodeCertificate.take(data, mixed, now))
        .isInstanceOf(StartRefused.class)
        .hasMessageContaining("does not fit together");
  }

  @Test
  void aDamagedFileIsSaidAndNotTakenForNone() throws Exception {
    NodeCertificate.take(data, token("n", now), now);
    Path file = NodeCertificate.file(data);
    Files.writeString(file, Files.readString(file).substring(0, 300));

    assertThatThrownBy(() -> NodeCertificate.load(data, now))
        .isInstanceOf(StartRefused.class)
        .hasMessageContaining("is damaged")
        .hasMessageContaining("--join-token");
  }

  @Test
  void aNewCertificateIsUsedAtTheNextLookAndADamagedOneIsNot() throws Exception {
    NodeCertificate.take(data, token("n", now), now);
    AtomicLong nanos = new AtomicLong();
    FleetTls tls = FleetTls.find(data, Duration.ofSeconds(5), () -> now, nanos::get).orElseThrow();
    NodeCertificate first = tls.material().own();
    NodeCertificate.take(data, token("n", now.plusSeconds(60)), now);

    assertThat(tls.material().own()).as("not looked yet").isEqualTo(first);
    nanos.addAndGet(Duration.ofSeconds(6).toNanos());
    NodeCertificate second = tls.material().own();
    assertThat(second).isEqualTo(NodeCertificate.load(data, now).orElseThrow()).isNotEqualTo(first);

    Files.writeString(NodeCertificate.file(data), "rubbish");
    nanos.addAndGet(Duration.ofSeconds(6).toNanos());
    assertThat(tls.material().own()).isEqualTo(second);
  }

  @Test
  void aTokenEndsBeforeItsAuthority() {
    assertThatThrownBy(() -> authority.token("n", Duration.ofDays(4000), List.of(), now))
        .isInstanceOf(StartRefused.class)
        .hasMessageContaining("The authority itself ends");
    assertThatThrownBy(() -> authority.token("a b", YEAR, List.of(), now))
        .isInstanceOf(StartRefused.class);
    assertThatThrownBy(() -> authority.token("n", YEAR, List.of("a,b"), now))
        .isInstanceOf(StartRefused.class);
  }
}
