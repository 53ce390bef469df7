package io.remuda.protocol.tls;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.security.auth.x500.X500Principal;

/** Writes X.509 certificates, signed by ECDSA with SHA-256: the JDK reads them but makes none. */
final class CertificateWriter {

  private static final String ECDSA_SHA256 = "1.2.840.10045.4.3.2";
  private static final String SUBJECT_KEY = "2.5.29.14";
  private static final String KEY_USAGE = "2.5.29.15";
  private static final String ALTERNATIVE_NAMES = "2.5.29.17";
  private static final String CONSTRAINTS = "2.5.29.19";
  private static final String AUTHORITY_KEY = "2.5.29.35";
  private static final String EXTENDED_USAGE = "2.5.29.37";
  private static final String SERVER = "1.3.6.1.5.5.7.3.1";
  private static final String CLIENT = "1.3.6.1.5.5.7.3.2";

  private static final String FOUR_NUMBERS = "\\d{1,3}(\\.\\d{1,3}){3}";

  /** Whose signature is under it. */
  record Issuer(X500Principal name, PublicKey publicKey, PrivateKey key) {}

  /** What is said of its holder, and from when to when it is true. */
  record Content(
      BigInteger serial, X500Principal subject, PublicKey publicKey, Instant from, Instant until) {}

  private CertificateWriter() {}

  /** Of an authority that signs nodes' certificates and no other authority's. */
  static X509Certificate authority(Content content, PrivateKey key)
      throws GeneralSecurityException {
    Issuer self = new Issuer(content.subject(), content.publicKey(), key);
    byte[] signsCertificates = Der.bits(1, new byte[] {0x06});
    return sign(
        content,
        self,
        critical(CONSTRAINTS, Der.sequence(Der.yes(), Der.integer(BigInteger.ZERO))),
        critical(KEY_USAGE, signsCertificates));
  }

  /** Of a node, which is server and client to other nodes and may be met under {@code hosts}. */
  static X509Certificate node(Content content, List<String> hosts, Issuer issuer)
      throws GeneralSecurityException {
    byte[] signsHandshakes = Der.bits(7, new byte[] {(byte) 0x80});
    byte[][] names = hosts.stream().map(CertificateWriter::host).toArray(byte[][]::new);
    return sign(
        content,
        issuer,
        critical(CONSTRAINTS, Der.sequence()),
        critical(KEY_USAGE, signsHandshakes),
        extension(EXTENDED_USAGE, Der.sequence(Der.oid(SERVER), Der.oid(CLIENT))),
        extension(ALTERNATIVE_NAMES, Der.sequence(names)));
  }

  private static X509Certificate sign(Content content, Issuer issuer, byte[]... extensions)
      throws GeneralSecurityException {
    byte[] algorithm = Der.sequence(Der.oid(ECDSA_SHA256));
    byte[][] all = Arrays.copyOf(extensions, extensions.length + 2);
    all[extensions.length] = extension(SUBJECT_KEY, Der.octets(keyId(content.publicKey())));
    all[extensions.length + 1] =
        extension(AUTHORITY_KEY, Der.sequence(Der.implicit(0, keyId(issuer.publicKey()))));
    byte[] statement =
        Der.sequence(
            Der.explicit(0, Der.integer(BigInteger.TWO)), // Version 3.
            Der.integer(content.serial()),
            algorithm,
            issuer.name().getEncoded(),
            Der.sequence(Der.time(content.from()), Der.time(content.until())),
            content.subject().getEncoded(),
            content.publicKey().getEncoded(),
            Der.explicit(3, Der.sequence(all)));
    Signature signature = Signature.getInstance("SHA256withECDSA");
    signature.initSign(issuer.key());
    signature.update(statement);
    return Pem.readCertificate(Der.sequence(statement, algorithm, Der.bits(0, signature.sign())));
  }

  private static byte[] critical(String id, byte[] value) {
    return Der.sequence(Der.oid(id), Der.yes(), Der.octets(value));
  }

  private static byte[] extension(String id, byte[] value) {
    return Der.sequence(Der.oid(id), Der.octets(value));
  }

  /** Any number that differs from key to key will do. */
  private static byte[] keyId(PublicKey key) throws GeneralSecurityException {
    return Arrays.copyOf(MessageDigest.getInstance("SHA-256").digest(key.getEncoded()), 20);
  }

  private static byte[] host(String host) {
    return address(host)
        .map(bytes -> Der.implicit(7, bytes))
        .orElseGet(() -> Der.implicit(2, host.getBytes(StandardCharsets.US_ASCII)));
  }

  /** The bytes of an address of either kind, written out; asks nobody about a name. */
  static Optional<byte[]> address(String host) {
    if (!host.contains(":") && !host.matches(FOUR_NUMBERS)) {
      return Optional.empty();
    }
    try {
      return Optional.of(InetAddress.getByName(host).getAddress()); // A literal asks nobody.
    } catch (UnknownHostException e) {
      return Optional.empty();
    }
  }
}
