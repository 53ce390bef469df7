package io.remuda.protocol.tls;

import io.remuda.protocol.config.DurableFile;
import io.remuda.protocol.config.StartRefused;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.security.auth.x500.X500Principal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node's certificate with its key and the certificate of the authority it trusts, as {@code
 * <data>/tls/node.pem} holds them: one file, so that a crash leaves the old ones or the new ones.
 */
public record NodeCertificate(
    X509Certificate authority, X509Certificate certificate, PrivateKey key) {

  private static final Logger log = LoggerFactory.getLogger(NodeCertificate.class);

  static Path file(Path dataDir) {
    return dataDir.resolve("tls").resolve("node.pem");
  }

  /**
   * Keeps what {@code token} brings, for good. A token that is older than what is kept changes
   * nothing, not even when it has expired: it may stand in a start script for ever. Throws {@link
   * StartRefused} when the token is of another fleet, is damaged, or would be used and is not of
   * this time.
   *
   * @return whether the token's certificate is the one that is used from now on
   */
  public static boolean take(Path dataDir, JoinToken token, Instant now) {
    NodeCertificate brought =
        new NodeCertificate(token.authority(), token.certificate(), token.key());
    Optional<NodeCertificate> kept = kept(dataDir);
    if (kept.isPresent()) {
      refuseOtherFleet(dataDir, kept.get(), brought);
      if (kept.get().isNewerThan(brought)) {
        log.info(
            "event=join-token-outdated kept={} token={}",
            kept.get().describe(),
            brought.describe());
        return false;
      }
    }
    brought.check("The join token", now);
    Path file = file(dataDir);
    try {
      Files.createDirectories(
          dataDir.resolve("tls"),
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      DurableFile.writeSecret(file, brought.text());
    } catch (IOException e) {
      throw new StartRefused(
          "The node's certificate cannot be kept in " + file + " (" + e.getMessage() + ").", e);
    }
    log.info("event=certificate-kept {}", brought.describe());
    return true;
  }

  /** As {@link #take}, for a node that has a certificate already; refuses any other. */
  public static boolean renew(Path dataDir, JoinToken token, Instant now) {
    if (kept(dataDir).isEmpty()) {
      throw new StartRefused(
          "The node in "
              + dataDir
              + " has no certificate that could be renewed, and talks unencrypted; end it, and start"
              + " it and all others of its fleet with --join-token FILE.");
    }
    return take(dataDir, token, now);
  }

  /** What is kept, checked; empty for a node that never had a token. Throws StartRefused. */
  public static Optional<NodeCertificate> load(Path dataDir, Instant now) {
    Optional<NodeCertificate> kept = kept(dataDir);
    kept.ifPresent(found -> found.check("The certificate in " + file(dataDir), now));
    return kept;
  }

  /**
   * What is kept, as it is: it may have expired. Empty only when there is nothing, because a node
   * that takes what it cannot read for nothing would talk unencrypted. Throws {@link StartRefused}.
   */
  public static Optional<NodeCertificate> kept(Path dataDir) {
    Path file = file(dataDir);
    try {
      String text = Files.readString(file);
      List<byte[]> keys = Pem.blocks(Pem.KEY, text);
      List<byte[]> certificates = Pem.blocks(Pem.CERTIFICATE, text);
      if (keys.size() != 1 || certificates.size() != 2) {
        throw new GeneralSecurityException("it does not hold a key and two certificates");
      }
      return Optional.of(
          new NodeCertificate(
              Pem.readCertificate(certificates.get(1)),
              Pem.readCertificate(certificates.get(0)),
              Pem.readKey(keys.get(0))));
    } catch (NoSuchFileException none) {
      return Optional.empty();
    } catch (CharacterCodingException | GeneralSecurityException e) {
      throw new StartRefused(
          file
              + " is damaged ("
              + e.getMessage()
              + "), so this node cannot show that it is of the fleet. Remove the file and start it"
              + " once with a new --join-token.",
          e);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  static StartRefused unreadable(Path file, IOException why) {
    String text =
        why instanceof AccessDeniedException ? "no permission" : String.valueOf(why.getMessage());
    return new StartRefused(
        file
            + " cannot be read ("
            + text
            + "), so this node does not know whether it has to talk encrypted. Give the folder and"
            + " what is in it to the user that it runs as, for that user alone.",
        why);
  }

  private static void refuseOtherFleet(
      Path dataDir, NodeCertificate kept, NodeCertificate brought) {
    if (!kept.authority().equals(brought.authority())) {
      throw new StartRefused(
          "The join token is of another fleet ("
              + brought.describe()
              + ") than this node ("
              + kept.describe()
              + "). Take a token of its own fleet; or, when it shall change fleets or the authority"
              + " was made anew, end it, remove "
              + dataDir.resolve("tls")
              + " and start it again, or give another directory with --data DIR.");
    }
  }

  private void check(String what, Instant now) {
    if (!isWhole()) {
      throw new StartRefused(
          what
              + " does not fit together: its certificate is not signed by its authority, or is not"
              + " of its key. Have a new one made with 'remuda join-token'.");
    }
    Instant from = certificate.getNotBefore().toInstant();
    if (now.isBefore(from) || now.isAfter(until())) {
      throw new StartRefused(
          what
              + " is valid from "
              + from
              + " to "
              + until()
              + ", and this machine's clock says "
              + now
              + ". Set the clock if it is wrong; else have a new token made with 'remuda"
              + " join-token' and start this node with it.");
    }
  }

  private boolean isWhole() {
    try {
      certificate.verify(authority.getPublicKey());
      byte[] challenge = certificate.getEncoded();
      Signature signature = Signature.getInstance("SHA256withECDSA");
      signature.initSign(key);
      signature.update(challenge);
      byte[] signed = signature.sign();
      signature.initVerify(certificate.getPublicKey());
      signature.update(challenge);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  /** Both are dated by the authority's one clock. */
  private boolean isNewerThan(NodeCertificate other) {
    return certificate.getNotBefore().after(other.certificate().getNotBefore());
  }

  Instant until() {
    return certificate.getNotAfter().toInstant();
  }

  private String text() {
    try {
      return Pem.key(key) + Pem.certificate(certificate) + Pem.certificate(authority);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** For logs: whose it is and until when. */
  public String describe() {
    return "node="
        + describe(certificate)
        + " until="
        + until()
        + " authority="
        + authority.getSerialNumber().toString(16).substring(0, 8);
  }

  /** The name and the fleet that a certificate bears. */
  static String describe(X509Certificate certificate) {
    X500Principal subject = certificate.getSubjectX500Principal();
    return attribute(subject, "CN") + "@" + organisation(subject);
  }

  static String organisation(X500Principal name) {
    return attribute(name, "O");
  }

  private static String attribute(X500Principal name, String type) {
    try {
      return new LdapName(name.getName())
          .getRdns().stream()
              .filter(rdn -> rdn.getType().equalsIgnoreCase(type))
              .map(Rdn::getValue)
              .map(String::valueOf)
              .findFirst()
              .orElse("?");
    } catch (InvalidNameException e) {
      return "?";
    }
  }

  /** Not the key. */
  @Override
  public String toString() {
    return "NodeCertificate[" + describe() + "]";
  }
}
