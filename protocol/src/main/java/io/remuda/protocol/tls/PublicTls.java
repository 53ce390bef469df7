package io.remuda.protocol.tls;

import io.remuda.protocol.config.StartRefused;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleConsumer;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server's side of encrypted connections with clients who belong to no fleet: it shows the
 * certificate of two files and asks for none.
 *
 * <p>Who calls {@link #look} now and then has the files' changes used for new connections; those
 * that are open go on. Files that cannot be used change nothing and are logged, once for each
 * change.
 */
public final class PublicTls {

  /** What is spoken; older versions are broken. */
  public static final List<String> PROTOCOLS = List.of("TLSv1.3", "TLSv1.2");

  /** Those of TLS 1.3, and of 1.2 those with forward secrecy and authenticated encryption. */
  public static final List<String> SUITES =
      List.of(
          "TLS_AES_128_GCM_SHA256",
          "TLS_AES_256_GCM_SHA384",
          "TLS_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

  private static final Logger log = LoggerFactory.getLogger(PublicTls.class);
  private static final char[] IN_MEMORY = "in-memory".toCharArray();

  /** Of both files. */
  private record Stamps(FileStamp certificate, FileStamp key) {}

  /**
   * @param unusable what was there at a later look and could not be used, which is said once
   */
  private record Loaded(
      Stamps stamps,
      PublicCertificate certificate,
      X509ExtendedKeyManager keys,
      Optional<Stamps> unusable) {}

  private final Path certificate;
  private final Path key;
  private final InstantSource clock;
  private final DoubleConsumer secondsLeft;
  private final SSLContext context;
  private volatile Loaded loaded;

  private PublicTls(
      Path certificate, Path key, InstantSource clock, DoubleConsumer secondsLeft, Loaded first) {
    this.certificate = certificate;
    this.key = key;
    this.clock = clock;
    this.secondsLeft = secondsLeft;
    this.loaded = first;
    this.context = context(keys());
    tellTimeLeft(first.certificate());
  }

  /**
   * Reads both files; throws {@link StartRefused} when they cannot be used.
   *
   * @param secondsLeft told at each look how long the certificate is still good
   */
  public static PublicTls open(
      Path certificate, Path key, InstantSource clock, DoubleConsumer secondsLeft) {
    // Before they are read: one that is replaced meanwhile is seen at the next look.
    Stamps stamps = stamps(certificate, key);
    PublicCertificate read = PublicCertificate.read(certificate, key, clock.instant());
    return new PublicTls(
        certificate,
        key,
        clock,
        secondsLeft,
        new Loaded(stamps, read, keys(read), Optional.empty()));
  }

  /** The certificate of the moment that it is asked for, with its key. */
  public RotatingKeys keys() {
    return new RotatingKeys(() -> loaded.keys());
  }

  /** For one connection that this server takes. */
  public SSLEngine serverEngine() {
    SSLEngine engine = context.createSSLEngine();
    engine.setUseClientMode(false);
    engine.setEnabledProtocols(PROTOCOLS.toArray(String[]::new));
    engine.setEnabledCipherSuites(SUITES.toArray(String[]::new));
    return engine;
  }

  /**
   * Looks at the files again.
   *
   * @return whether another certificate is used from now on
   */
  public synchronized boolean look() {
    Loaded known = loaded;
    Stamps seen = stamps(certificate, key);
    boolean replaced = false;
    if (!seen.equals(known.stamps())) {
      replaced = replace(known, seen);
    } else if (known.unusable().isPresent()) {
      loaded = new Loaded(seen, known.certificate(), known.keys(), Optional.empty());
    }
    tellTimeLeft(loaded.certificate());
    return replaced;
  }

  private boolean replace(Loaded before, Stamps seen) {
    try {
      PublicCertificate next = PublicCertificate.read(certificate, key, clock.instant());
      loaded = new Loaded(seen, next, keys(next), Optional.empty());
      if (next.equals(before.certificate())) {
        return false;
      }
      log.info("event=public-certificate-replaced {}", next.describe());
      return true;
    } catch (RuntimeException unusable) {
      // Looked at again until it can be: one of both files may come a moment after the other.
      sayOnce(before, seen, unusable.getMessage());
      loaded = new Loaded(before.stamps(), before.certificate(), before.keys(), Optional.of(seen));
      return false;
    }
  }

  private static void sayOnce(Loaded before, Stamps seen, @Nullable String trouble) {
    if (!before.unusable().equals(Optional.of(seen))) {
      log.warn(
          "event=public-certificate-not-replaced text=\"{} The one that is known is used on.\" {}",
          trouble,
          before.certificate().describe());
    }
  }

  /** For logs: whose certificate is used, and until when. */
  public String describe() {
    return loaded.certificate().describe();
  }

  private void tellTimeLeft(PublicCertificate used) {
    Instant now = clock.instant();
    secondsLeft.accept(Math.max(0, Duration.between(now, used.until()).toSeconds()));
  }

  private static Stamps stamps(Path certificate, Path key) {
    return new Stamps(FileStamp.of(certificate), FileStamp.of(key));
  }

  private static X509ExtendedKeyManager keys(PublicCertificate read) {
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      store.setKeyEntry("public", read.key(), IN_MEMORY, read.chain().toArray(Certificate[]::new));
      KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
      factory.init(store, IN_MEMORY);
      return (X509ExtendedKeyManager) factory.getKeyManagers()[0];
    } catch (GeneralSecurityException | IOException e) {
      throw new StartRefused(
          "This Java cannot use the public certificate (" + e.getMessage() + ").", e);
    }
  }

  private static SSLContext context(RotatingKeys keys) {
    try {
      SSLContext made = SSLContext.getInstance("TLS");
      made.init(new KeyManager[] {keys}, null, null);
      return made;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK speaks no TLS", e);
    }
  }
}
