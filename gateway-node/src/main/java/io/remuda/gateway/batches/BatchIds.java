package io.remuda.gateway.batches;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.random.RandomGenerator;

/** Ids of files and batches. */
final class BatchIds {

  private static final int LENGTH = 24;
  private static final int RADIX = 32;

  private BatchIds() {}

  /**
   * A new id.
   *
   * @param random not to be guessed
   */
  static String mint(String prefix, RandomGenerator random) {
    StringBuilder id = new StringBuilder(prefix);
    for (int i = 0; i < LENGTH; i++) {
      id.append(Character.forDigit(random.nextInt(RADIX), RADIX));
    }
    return id.toString();
  }

  /** The one id that belongs to these words. */
  static String derived(String prefix, String... words) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (String word : words) {
        byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
        digest.update((bytes.length + ":").getBytes(StandardCharsets.US_ASCII));
        digest.update(bytes);
      }
      return prefix + HexFormat.of().formatHex(digest.digest()).substring(0, LENGTH);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
