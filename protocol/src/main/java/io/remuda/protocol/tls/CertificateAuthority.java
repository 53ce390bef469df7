package io.remuda.protocol.tls;

import io.remuda.protocol.config.ClusterKey;
import io.remuda.protocol.config.DurableFile;
import io.remuda.protocol.config.StartRefused;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import javax.security.auth.x500.X500Principal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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
  private static final Logger log = LoggerFactory.getLogger(CertificateAuthority.class);
  private static final String OWNER_ONLY = "rwx------";

  /** What {@link #create} makes; the key last, for with it there is an authority. */
  private static final List<String> FILES = List.of("ca.crt", "cluster.key", "ca.key");

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

  /** As {@link #create(Path, String, String, Instant)}, with a new shared key. */
  public static CertificateAuthority create(Path dir, String cluster, Instant now) {
    return create(dir, cluster, ClusterKey.make(), now);
  }

  /**
   * Makes an authority in {@code dir}, all of it or nothing; refuses where something is already,
   * because certificates of an old authority would be worth nothing.
   *
   * @param cluster the fleet's name, which its certificates bear
   * @param clusterKey the shared key of the fleet, which its tokens bring
   */
  public static CertificateAuthority create(
      Path dir, String cluster, String clusterKey, Instant now) {
    requireShape("cluster", cluster, CLUSTER);
    try {
      refuseTaken(dir);
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
      CertificateAuthority authority =
          new CertificateAuthority(made, pair.getPrivate(), Optional.of(clusterKey));
      authority.write(dir.toAbsolutePath().normalize());
      return authority;
    } catch (IOException | GeneralSecurityException e) {
      throw new StartRefused(
          "The authority cannot be written to " + dir + " (" + e.getMessage() + ").", e);
    }
  }

  private static void refuseTaken(Path dir) throws IOException {
    if (Files.exists(dir.resolve("ca.key"))) {
      throw new StartRefused(
          dir.resolve("ca.key")
              + " is there already; a new authority would turn away every node that has a"
              + " certificate of the old one. Make tokens with it (remuda join-token NAME --ca "
              + dir
              + "), or name another folder.");
    }
    if (Files.isDirectory(dir)) {
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(dir)) {
        if (entries.iterator().hasNext()) {
          throw new StartRefused(
              dir + " is there already and not empty; name a new folder for the authority.");
        }
      }
    }
  }

  /**
   * In a folder beside it first: half an authority would be none, and in the way of another. A
   * folder that is there already may be one that cannot be replaced, such as a mounted volume: into
   * it the files go one by one, and with the key at last it is an authority.
   */
  private void write(Path dir) throws IOException, GeneralSecurityException {
    boolean given = Files.isDirectory(dir);
    Path above = given ? dir : Objects.requireNonNull(dir.getParent(), "a folder has one above it");
    Files.createDirectories(above);
    Path fresh =
        Files.createTempDirectory(
            above,
            "." + dir.getFileName() + "-",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(OWNER_ONLY)));
    try {
      DurableFile.writeSecret(fresh.resolve("ca.key"), Pem.key(key));
      DurableFile.write(fresh.resolve("ca.crt"), Pem.certificate(certificate));
      DurableFile.writeSecret(fresh.resolve("cluster.key"), clusterKey.orElseThrow() + "\n");
      if (given) {
        fill(dir, fresh);
      } else {
        // Fails where another one was made meanwhile: a folder replaces an empty one only.
        Files.move(fresh, dir, StandardCopyOption.ATOMIC_MOVE);
      }
    } catch (IOException | GeneralSecurityException e) {
      for (String file : FILES) {
        Files.deleteIfExists(fresh.resolve(file));
      }
      Files.deleteIfExists(fresh);
      throw e;
    }
  }

  /**
   * Each file by a link, which is refused where another authority is being made at the same time.
   */
  private static void fill(Path dir, Path fresh) throws IOException {
    try {
      Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString(OWNER_ONLY));
    } catch (IOException ofSomebodyElse) {
      log.warn("event=ca-folder-open dir={} why={}", dir, ofSomebodyElse.toString());
    }
    for (String file : FILES) {
      Files.createLink(dir.resolve(file), fresh.resolve(file));
    }
    for (String file : FILES) {
      Files.delete(fresh.resolve(file));
    }
    Files.delete(fresh);
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
    requireAddress("node", name);
    for (String host : hosts) {
      requireShape("host", host, HOST);
      requireAddress("host", host);
    }
    if (valid.isZero() || valid.isNegative()) {
      throw new StartRefused("A token that is valid for no time is of no use; make it 1d or more.");
    }
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

  /** What looks like an address has to be one: a client would never meet it as a name. */
  private static void requireAddress(String what, String text) {
    if ((text.contains(":") || text.matches("[0-9.]*\\.[0-9.]*"))
        && CertificateWriter.address(text).isEmpty()) {
      throw new StartRefused(
          "\""
              + text
              + "\" is no "
              + what
              + "'s address; write one such as 10.0.0.7 or fd00::7, or a name.");
    }
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
}
