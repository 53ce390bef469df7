package io.remuda.protocol.tls;

import io.remuda.protocol.config.StartRefused;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import javax.security.auth.x500.X500Principal;

/**
 * A fleet's certificate authority: a folder with {@code ca.crt}, {@code ca.key} and the fleet's
 * {@code cluster.key}. It belongs on one machine of the operator's; no node needs more than a
 * token.
 */
public final class CertificateAuthority {

  /** So that a machine whose clock is behind takes a certificate that was made just now. */
  static final Duration BACKDATED = Duration.ofDays(1);

  private static final Duration LIFE = Duration.ofDays(3652); // Ten years.
  private static final String NAME = "[a-zA-Z0-9][a-zA-Z0-9._-]{0,62}";
  private static final String CLUSTER = "[a-zA-Z0-9][a-zA-Z0-9-]{0,39}";
  private static final String HOST = "[a-zA-Z0-9][a-zA-Z0-9.-]{0,252}|[0-9a-fA-F:]{2,39}";

  private final X509Certificate certificate;
  private final PrivateKey key;
  private final Optional<String> clusterKey;
  private final SecureRandom random = new SecureRandom();

  private CertificateAuthority(
      X509Certificate certificate, PrivateKey key, Optional<String> clusterKey) {
    this.certificate = certificate;
    this.key = key;
    this.clusterKey = clusterKey;
  }

  /**
   * Makes an authority in {@code dir}; refuses where one is already, because certificates of the
   * old one would be worth nothing.
   *
   * @param cluster the fleet's name, which its certificates bear
   */
  public static CertificateAuthority create(Path dir, String cluster, Instant now) {
    requireShape("cluster", cluster, CLUSTER);
    try {
      KeyPair pair = newKey();
      X509Certificate made =
          CertificateWriter.authority(
              new CertificateWriter.Content(
                  serial(new SecureRandom()),
                  new X500Principal("CN=Remuda fleet authority,O=" + cluster),
                  pair.getPublic(),
                  now.minus(BACKDATED),
                  now.plus(LIFE)),
              pair.getPrivate());
      byte[] secret = new byte[32];
      new SecureRandom().nextBytes(secret);
      String shared = HexFormat.of().formatHex(secret);
      Files.createDirectories(dir);
      // The key first: it alone decides whether there is an authority here.
      writeNew(dir.resolve("ca.key"), Pem.key(pair.getPrivate()), "rw-------");
      writeNew(dir.resolve("ca.crt"), Pem.certificate(made), "rw-r--r--");
      writeNew(dir.resolve("cluster.key"), shared + "\n", "rw-------");
      return new CertificateAuthority(made, pair.getPrivate(), Optional.of(shared));
    } catch (FileAlreadyExistsException e) {
      throw new StartRefused(
          e.getFile()
              + " is there already; a new authority would turn away every node that has a"
              + " certificate of the old one. Make tokens with it (remuda join-token NAME --ca "
              + dir
              + "), or name another folder.",
          e);
    } catch (IOException | GeneralSecurityException e) {
      throw new StartRefused(
          "The authority cannot be written to " + dir + " (" + e.getMessage() + ").", e);
    }
  }

  /** Opens what {@link #create} made; throws {@link StartRefused}. */
  public static CertificateAuthority open(Path dir) {
    try {
      List<byte[]> certificates =
          Pem.blocks(Pem.CERTIFICATE, Files.readString(dir.resolve("ca.crt")));
      List<byte[]> keys = Pem.blocks(Pem.KEY, Files.readString(dir.resolve("ca.key")));
      if (certificates.size() != 1 || keys.size() != 1) {
        throw new GeneralSecurityException("ca.crt and ca.key hold no certificate and key");
      }
      Path shared = dir.resolve("cluster.key");
      return new CertificateAuthority(
          Pem.readCertificate(certificates.get(0)),
          Pem.readKey(keys.get(0)),
          Files.exists(shared) ? Optional.of(Files.readString(shared).strip()) : Optional.empty());
    } catch (IOException | GeneralSecurityException e) {
      throw new StartRefused(
          "There is no certificate authority in "
              + dir
              + " ("
              + e.getMessage()
              + "); name its folder with --ca DIR, or make one: remuda ca init --dir DIR.",
          e);
    }
  }

  /**
   * A token that brings the node {@code name} a new key and its certificate, and the fleet's shared
   * key where this folder has one.
   *
   * @param hosts further names and addresses under which it may be met, besides its name and this
   *     computer's own
   */
  public JoinToken token(String name, Duration valid, List<String> hosts, Instant now) {
    requireShape("node", name, NAME);
    hosts.forEach(host -> requireShape("host", host, HOST));
    Instant until = now.plus(valid);
    if (until.isAfter(certificate.getNotAfter().toInstant())) {
      throw new StartRefused(
          "The authority itself ends on "
              + certificate.getNotAfter().toInstant()
              + "; ask for a token that ends before, or make a new authority.");
    }
    LinkedHashSet<String> names = new LinkedHashSet<>(List.of(name, "localhost", "127.0.0.1"));
    names.addAll(hosts);
    String cluster = clusterName();
    try {
      KeyPair pair = newKey();
      X509Certificate made =
          CertificateWriter.node(
              new CertificateWriter.Content(
                  serial(random),
                  new X500Principal("CN=" + name + ",O=" + cluster),
                  pair.getPublic(),
                  now.minus(BACKDATED),
                  until),
              new ArrayList<>(names),
              new CertificateWriter.Issuer(
                  certificate.getSubjectX500Principal(), certificate.getPublicKey(), key));
      return new JoinToken(certificate, made, pair.getPrivate(), clusterKey);
    } catch (GeneralSecurityException e) {
      throw new StartRefused("The certificate cannot be made (" + e.getMessage() + ").", e);
    }
  }

  public X509Certificate certificate() {
    return certificate;
  }

  private String clusterName() {
    return NodeCertificate.organisation(certificate.getSubjectX500Principal());
  }

  private static KeyPair newKey() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    return generator.generateKeyPair();
  }

  private static BigInteger serial(SecureRandom random) {
    return new BigInteger(127, random).setBit(126);
  }

  private static void requireShape(String what, String text, String shape) {
    if (!text.matches(shape)) {
      throw new StartRefused(
          "\"" + text + "\" is no " + what + "'s name; use letters, digits, '-' and '.'.");
    }
  }

  private static void writeNew(Path file, String text, String mode) throws IOException {
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode)));
    Files.writeString(file, text, StandardCharsets.US_ASCII, StandardOpenOption.WRITE);
  }
}
