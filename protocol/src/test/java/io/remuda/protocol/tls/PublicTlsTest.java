package io.remuda.protocol.tls;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.remuda.protocol.config.StartRefused;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import javax.security.auth.x500.X500Principal;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which certificate clients are shown, while the operator's files change. */
class PublicTlsTest {

  private static final Duration MONTH = Duration.ofDays(30);

  private final Instant now = Instant.now();
  private final AtomicReference<Instant> clock = new AtomicReference<>(now);
  private final AtomicReference<Double> secondsLeft = new AtomicReference<>(-1.0);
  @TempDir Path folder;
  private Path certificate;
  private Path key;
  private long writes;

  /** A key and a certificate of it, signed by itself. */
  private record Pair(X509Certificate certificate, PrivateKey key) {

    static Pair make(String algorithm, String subject, Instant from, Instant until)
        throws GeneralSecurityException {
      KeyPair pair = KeyPairGenerator.getInstance(algorithm).generateKeyPair();
      KeyPair issuer = KeyPairGenerator.getInstance("EC").generateKeyPair();
      return new Pair(
          CertificateWriter.node(
              new CertificateWriter.Content(
                  BigInteger.ONE,
                  new X500Principal("CN=" + subject),
                  pair.getPublic(),
                  from,
                  until),
              List.of("localhost"),
              new CertificateWriter.Issuer(
                  new X500Principal("CN=issuer"), issuer.getPublic(), issuer.getPrivate())),
          pair.getPrivate());
    }
  }

  @BeforeEach
  void name() {
    certificate = folder.resolve("public.pem");
    key = folder.resolve("public-key.pem");
  }

  private Pair pair(String subject) throws GeneralSecurityException {
    return Pair.make("EC", subject, now.minusSeconds(60), now.plus(MONTH));
  }

  private Pair written(Pair pair) throws GeneralSecurityException, IOException {
    write(certificate, Pem.certificate(pair.certificate()));
    write(key, Pem.key(pair.key()));
    return pair;
  }

  /** A file system's clock may stand still between two writes; operators are slower. */
  private void write(Path file, String text) throws IOException {
    Files.writeString(file, text);
    Files.setLastModifiedTime(file, FileTime.from(now.plusSeconds(++writes)));
  }

  private PublicTls open() {
    return PublicTls.open(certificate, key, clock::get, secondsLeft::set);
  }

  private static X509Certificate shown(PublicTls tls) {
    RotatingKeys keys = tls.keys();
    String[] types = {"EC", "RSA", "EC_EC", "EdDSA", "Ed25519"};
    return Arrays.stream(types)
        .map(type -> keys.chooseEngineServerAlias(type, null, null))
        .filter(alias -> alias != null)
        .findFirst()
        .map(keys::getCertificateChain)
        .orElseThrow()[0];
  }

  @Test
  void showsARenewedCertificateFromTheNextLookOn() throws Exception {
    Pair first = written(pair("one"));
    PublicTls tls = open();
    Pair second = written(pair("two"));

    assertThat(shown(tls)).isEqualTo(first.certificate());
    assertThat(tls.look()).isTrue();
    assertThat(shown(tls)).isEqualTo(second.certificate());
    assertThat(tls.look()).as("once").isFalse();
    assertThat(tls.describe()).contains("CN=two");
  }

  /** A handshake asks for its alias, its key and its chain one after the other. */
  @Test
  void aHandshakeThatBeganBeforeTheCertificateIsReplacedHasKeyAndChainOfOnePair() throws Exception {
    Pair first = written(pair("one"));
    PublicTls tls = open();
    RotatingKeys keys = tls.keys();
    String begun = requireNonNull(keys.chooseEngineServerAlias("EC_EC", null, null));
    Pair second = written(pair("two"));
    assertThat(tls.look()).isTrue();
    String later = requireNonNull(keys.chooseEngineServerAlias("EC_EC", null, null));

    assertThat(keys.getPrivateKey(begun)).isEqualTo(first.key());
    assertThat(keys.getCertificateChain(begun)).containsExactly(first.certificate());
    assertThat(keys.getPrivateKey(later)).isEqualTo(second.key());
    assertThat(keys.getCertificateChain(later)).containsExactly(second.certificate());

    written(pair("three"));
    tls.look();
    keys.chooseEngineServerAlias("EC_EC", null, null);
    assertThat(keys.getCertificateChain(begun)).as("two certificates later").isNull();
    assertThat(keys.getPrivateKey(begun)).isNull();
    assertThat(keys.getCertificateChain("of nobody")).isNull();
  }

  @Test
  void keepsThePairThatItHasUntilBothFilesBelongTogether() throws Exception {
    Pair first = written(pair("one"));
    PublicTls tls = open();
    Pair second = pair("two");

    write(certificate, Pem.certificate(second.certificate()));
    assertThat(tls.look()).isFalse();
    assertThat(shown(tls)).isEqualTo(first.certificate());

    write(key, Pem.key(second.key()));
    assertThat(tls.look()).isTrue();
    assertThat(shown(tls)).isEqualTo(second.certificate());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"})
  void keepsThePairThatItHasWhenTheFilesAreDamagedOrGone(String text) throws Exception {
    Pair first = written(pair("one"));
    PublicTls tls = open();

    write(certificate, text);
    assertThat(tls.look()).isFalse();
    Files.delete(certificate);
    assertThat(tls.look()).isFalse();

    assertThat(shown(tls)).isEqualTo(first.certificate());
  }

  @Test
  void takesACertificateWhoseTimeHadNotComeWhenItHas() throws Exception {
    Pair first = written(pair("one"));
    PublicTls tls = open();
    Instant later = now.plus(Duration.ofDays(2));
    Pair early = written(Pair.make("EC", "early", later, later.plus(MONTH)));

    assertThat(tls.look()).isFalse();
    assertThat(shown(tls)).isEqualTo(first.certificate());
    clock.set(later.plusSeconds(1));
    assertThat(tls.look()).as("the files are the same").isTrue();
    assertThat(shown(tls)).isEqualTo(early.certificate());
  }

  @Test
  void tellsHowLongTheCertificateIsGood() throws Exception {
    written(pair("one"));
    PublicTls tls = open();

    assertThat(secondsLeft.get()).isBetween(MONTH.toSeconds() - 5.0, MONTH.toSeconds() + 0.0);
    clock.set(now.plus(MONTH).plusSeconds(5));
    tls.look();
    assertThat(secondsLeft.get()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"EC, false", "EC, true", "RSA, false", "RSA, true", "Ed25519, false"})
  void readsKeysOfEachKindInTheirNewerAndOlderForm(String algorithm, boolean older)
      throws Exception {
    Pair pair = Pair.make(algorithm, "one", now.minusSeconds(60), now.plus(MONTH));
    written(pair);
    if (older) {
      String kind = pair.key() instanceof ECKey ? "EC PRIVATE KEY" : "RSA PRIVATE KEY";
      byte[] inner = inner(pair.key(), pair.certificate().getPublicKey());
      Files.writeString(
          key,
          "-----BEGIN %s-----\n%s\n-----END %s-----\n"
              .formatted(kind, Base64.getMimeEncoder().encodeToString(inner), kind));
    }

    assertThat(PublicCertificate.read(certificate, key, now).key()).isEqualTo(pair.key());
  }

  /** What the older forms hold: the newer ones have it behind the algorithm, as octets. */
  private static byte[] inner(PrivateKey key, PublicKey publicKey) {
    String outer = HexFormat.of().formatHex(key.getEncoded());
    byte[] info = publicKey.getEncoded();
    int from = (info[1] & 0x80) == 0 ? 2 : 2 + (info[1] & 0x7f);
    String algorithm = HexFormat.of().formatHex(info, from, from + 2 + info[from + 1]);
    byte[] octets =
        HexFormat.of().parseHex(outer.substring(outer.indexOf(algorithm) + algorithm.length()));
    int header = (octets[1] & 0x80) == 0 ? 2 : 2 + (octets[1] & 0x7f);
    int length =
        header == 2
            ? octets[1]
            : new BigInteger(1, Arrays.copyOfRange(octets, 2, header)).intValueExact();
    return Arrays.copyOfRange(octets, header, header + length);
  }

  @Test
  void refusesAtTheStartWhatCannotBeUsedAndSaysWhatToDo() throws Exception {
    assertThatThrownBy(this::open)
        .isInstanceOf(StartRefused.class)
        .hasMessageContaining("there is no such file");

    Pair one = written(pair("one"));
    Files.writeString(key, Pem.key(pair("two").key()));
    assertThatThrownBy(this::open).hasMessageContaining("is not the one of the certificate");

    Files.writeString(key, "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAA==\n-----END");
    assertThatThrownBy(this::open).hasMessageContaining("without a password");

    Files.writeString(key, "-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----");
    assertThatThrownBy(this::open).hasMessageContaining("or is damaged");

    written(one);
    Files.writeString(certificate, Pem.key(one.key()));
    assertThatThrownBy(this::open).hasMessageContaining("holds no certificate");

    Files.write(certificate, new byte[] {(byte) 0x30, (byte) 0x82, (byte) 0xff});
    assertThatThrownBy(this::open).hasMessageContaining("not in PEM form");

    written(Pair.make("EC", "old", now.minus(MONTH), now.minusSeconds(1)));
    assertThatThrownBy(this::open).hasMessageContaining("have the certificate renewed");
  }

  @Test
  void showsTheWholeChain() throws Exception {
    Pair own = written(pair("one"));
    X509Certificate between = pair("between").certificate();
    Files.writeString(certificate, Pem.certificate(own.certificate()) + Pem.certificate(between));

    assertThat(PublicCertificate.read(certificate, key, now).chain())
        .containsExactly(own.certificate(), between);
  }
}
