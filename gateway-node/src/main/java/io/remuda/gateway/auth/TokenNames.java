package io.remuda.gateway.auth;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * What the holder of a token is called in logs, in the audit, and as the owner of leases, tasks and
 * files: {@code oidc:} and the token's subject. Another subject has another name, and no key has
 * one of this form.
 */
final class TokenNames {

  static final String BEGINNING = "oidc:";

  /** What may stand in a line of a log as it is; a '~' stands in no such subject. */
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9._@:|/+=-]{1,100}");

  private static final int SHOWN = 40;
  private static final int DIGEST_BYTES = 16;

  private TokenNames() {}

  /** A subject of another form shows its beginning, and is told apart by its digest. */
  static String of(String subject) {
    return BEGINNING + (PLAIN.matcher(subject).matches() ? subject : shortened(subject));
  }

  private static String shortened(String subject) {
    String shown = subject.substring(0, Math.min(SHOWN, subject.length()));
    return shown.replaceAll("[^A-Za-z0-9._@:|/+=-]", "_")
        + "~"
        + HexFormat.of()
            .formatHex(
                Arrays.copyOf(digest(subject.getBytes(StandardCharsets.UTF_8)), DIGEST_BYTES));
  }

  /** SHA-256. */
  static byte[] digest(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
