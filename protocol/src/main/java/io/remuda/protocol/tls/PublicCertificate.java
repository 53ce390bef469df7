package io.remuda.protocol.tls;

import io.remuda.protocol.config.StartRefused;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A certificate that clients are shown, with those of the authorities between it and one that they
 * trust, and its key: two files in PEM form, as authorities hand them out.
 *
 * @param chain the server's own first
 */
record PublicCertificate(List<X509Certificate> chain, PrivateKey key) {

  PublicCertificate {
    chain = List.copyOf(chain);
  }

  /** Throws {@link StartRefused} when the two cannot be used together at {@code now}. */
  static PublicCertificate read(Path certificate, Path key, Instant now) {
    List<X509Certificate> chain = chain(certificate);
    X509Certificate own = chain.get(0);
    PublicCertificate read = new PublicCertificate(chain, key(key, own.getPublicKey()));
    if (!read.isOfItsKey()) {
      throw new StartRefused(
          "The key in "
              + key
              + " is not the one of the certificate in "
              + certificate
              + ". Give the two that belong together, the server's own certificate first.");
    }
    Instant from = own.getNotBefore().toInstant();
    if (now.isBefore(from) || now.isAfter(read.until())) {
      throw new StartRefused(
          "The certificate in "
              + certificate
              + " is valid from "
              + from
              + " to "
              + read.until()
              + ", and this machine's clock says "
              + now
              + ". Set the clock if it is wrong; else have the certificate renewed.");
    }
    return read;
  }

  private static List<X509Certificate> chain(Path file) {
    try {
      List<X509Certificate> chain = new ArrayList<>();
      for (byte[] der : Pem.blocks(Pem.CERTIFICATE, text(file))) {
        chain.add(Pem.readCertificate(der));
      }
      if (chain.isEmpty()) {
        throw new StartRefused(
            file
                + " holds no certificate in PEM form ('-----BEGIN CERTIFICATE-----'). Convert it"
                + " with: openssl x509 -in OLD -out NEW");
      }
      return chain;
    } catch (GeneralSecurityException e) {
      throw new StartRefused(
          "A certificate in " + file + " cannot be read (" + e.getMessage() + ").", e);
    }
  }

  private static PrivateKey key(Path file, PublicKey of) {
    try {
      String text = text(file);
      List<byte[]> keys = new ArrayList<>(Pem.blocks(Pem.KEY, text));
      for (String older : List.of("RSA " + Pem.KEY, "EC " + Pem.KEY)) {
        for (byte[] der : Pem.blocks(older, text)) {
          keys.add(wrapped(der, of));
        }
      }
      if (keys.size() != 1) {
        throw new StartRefused(
            file
                + " holds "
                + (keys.isEmpty() ? "no" : "more than one")
                + " private key in PEM form without a password. Convert it with: openssl pkey -in"
                + " OLD -out NEW");
      }
      return KeyFactory.getInstance(of.getAlgorithm())
          .generatePrivate(new PKCS8EncodedKeySpec(keys.get(0)));
    } catch (GeneralSecurityException e) {
      throw new StartRefused(
          "The key in "
              + file
              + " is not one of the certificate's kind, "
              + of.getAlgorithm()
              + ", or is damaged ("
              + e.getMessage()
              + ").",
          e);
    }
  }

  /**
   * The older forms are the inner part of the newer one; the outer says what the public key does.
   */
  private static byte[] wrapped(byte[] der, PublicKey of) throws GeneralSecurityException {
    byte[] info = of.getEncoded();
    int algorithm = 1 + lengthOfLength(info, 1);
    int end = algorithm + 1 + lengthOfLength(info, algorithm + 1) + length(info, algorithm + 1);
    if (end > info.length) {
      throw new GeneralSecurityException("the certificate's public key is of an unknown form");
    }
    return Der.sequence(
        Der.integer(BigInteger.ZERO), Arrays.copyOfRange(info, algorithm, end), Der.octets(der));
  }

  private static int lengthOfLength(byte[] der, int at) {
    return (der[at] & 0x80) == 0 ? 1 : 1 + (der[at] & 0x7f);
  }

  private static int length(byte[] der, int at) {
    if ((der[at] & 0x80) == 0) {
      return der[at];
    }
    int length = 0;
    for (int i = 1; i < lengthOfLength(der, at); i++) {
      length = length << 8 | der[at + i] & 0xff;
    }
    return length;
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (CharacterCodingException e) {
      throw new StartRefused(
          file + " is no text, so it is not in PEM form. Convert it with openssl.", e);
    } catch (IOException e) {
      String why =
          e instanceof NoSuchFileException
              ? "there is no such file"
              : e instanceof AccessDeniedException
                  ? "no permission"
                  : String.valueOf(e.getMessage());
      throw new StartRefused(
          file
              + " cannot be read ("
              + why
              + "). Name the certificate and its key with remuda.gateway.tls, readable for the user"
              + " that the gateway runs as.",
          e);
    }
  }

  private boolean isOfItsKey() {
    try {
      byte[] challenge = chain.get(0).getEncoded();
      Signature signature = Signature.getInstance(signature(key.getAlgorithm()));
      signature.initSign(key);
      signature.update(challenge);
      byte[] signed = signature.sign();
      signature.initVerify(chain.get(0).getPublicKey());
      signature.update(challenge);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static String signature(String algorithm) {
    return switch (algorithm) {
      case "RSA" -> "SHA256withRSA";
      case "EC" -> "SHA256withECDSA";
      default -> algorithm;
    };
  }

  Instant until() {
    return chain.get(0).getNotAfter().toInstant();
  }

  /** For logs: whose it is and until when. */
  String describe() {
    return "subject=\"%s\" until=%s"
        .formatted(chain.get(0).getSubjectX500Principal().getName(), until());
  }

  /** Not the key. */
  @Override
  public String toString() {
    return "PublicCertificate[" + describe() + "]";
  }
}
