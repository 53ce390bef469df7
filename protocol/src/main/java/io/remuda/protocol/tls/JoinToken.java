package io.remuda.protocol.tls;

import io.remuda.protocol.config.StartRefused;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;

/**
 * All that a node needs to be of a fleet, as one line: the authority's certificate, the node's own
 * with its key, and the fleet's shared key. Whoever has it is a node of the fleet, so it is handled
 * like a password.
 *
 * <p>The line is {@code remuda1.} and, in base 64, three lengths with as many bytes, the shared key
 * in ASCII, and eight bytes by which a line that was cut or mistyped is told from a whole one.
 */
public record JoinToken(
    X509Certificate authority,
    X509Certificate certificate,
    PrivateKey key,
    Optional<String> clusterKey) {

  private static final String PREFIX = "remuda1.";
  private static final int CHECK_BYTES = 8;
  private static final int LONGEST_PART = 8192;
  private static final String AGAIN =
      " Copy the whole line that 'remuda join-token' printed, or have a new one made.";

  /** The one line; it is a secret. */
  public String line() {
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      DataOutputStream out = new DataOutputStream(bytes);
      byte[] shared = clusterKey.orElse("").getBytes(StandardCharsets.US_ASCII);
      for (byte[] part :
          new byte[][] {
            authority.getEncoded(), certificate.getEncoded(), key.getEncoded(), shared
          }) {
        out.writeShort(part.length);
        out.write(part);
      }
      bytes.writeBytes(check(bytes.toByteArray()));
      return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.toByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Reads what {@link #line} wrote; throws {@link StartRefused}, which never shows the token. */
  public static JoinToken parse(String line) {
    String text = line.strip();
    if (!text.startsWith(PREFIX)) {
      throw new StartRefused("This is no join token: it does not begin with " + PREFIX + AGAIN);
    }
    try {
      byte[] all = Base64.getUrlDecoder().decode(text.substring(PREFIX.length()));
      byte[] body = Arrays.copyOf(all, Math.max(0, all.length - CHECK_BYTES));
      byte[] check = Arrays.copyOfRange(all, body.length, all.length);
      if (!MessageDigest.isEqual(check, check(body))) {
        throw torn(new IOException("the end is missing, or a character is wrong"));
      }
      DataInputStream in = new DataInputStream(new ByteArrayInputStream(body));
      X509Certificate authority = Pem.readCertificate(part(in));
      X509Certificate certificate = Pem.readCertificate(part(in));
      PrivateKey key = Pem.readKey(part(in));
      String shared = new String(part(in), StandardCharsets.US_ASCII);
      return new JoinToken(
          authority, certificate, key, shared.isEmpty() ? Optional.empty() : Optional.of(shared));
    } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
      throw torn(e);
    }
  }

  private static StartRefused torn(Exception why) {
    return new StartRefused("The join token is torn (" + why.getMessage() + ")." + AGAIN, why);
  }

  private static byte[] part(DataInputStream in) throws IOException {
    int length = in.readUnsignedShort();
    if (length > LONGEST_PART) {
      throw new IOException("a part of " + length + " bytes");
    }
    return in.readNBytes(length);
  }

  private static byte[] check(byte[] body) throws GeneralSecurityException {
    return Arrays.copyOf(MessageDigest.getInstance("SHA-256").digest(body), CHECK_BYTES);
  }

  /** The name of the fleet that it is for. */
  public String cluster() {
    return NodeCertificate.organisation(certificate.getSubjectX500Principal());
  }

  /** Not the key. */
  @Override
  public String toString() {
    return "JoinToken[" + certificate.getSubjectX500Principal() + "]";
  }
}
