package io.remuda.gateway.http;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.id.LeaseId;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Makes the ids of leases. Nobody can guess one: an instance lets in whoever shows the lease that
 * it is kept for. One under an idempotency key is made of that key and its owner, by the secret
 * that all gateways of a fleet share, so that any of them finds the same lease again.
 */
final class LeaseIds {

  private static final Pattern KEY = Pattern.compile("[\\x21-\\x7e]{1,200}");
  private static final String ALGORITHM = "HmacSHA256";
  private static final int BYTES = 16;

  private final SecureRandom random = new SecureRandom();
  private final String clusterKey;

  LeaseIds(String clusterKey) {
    this.clusterKey = clusterKey;
  }

  /**
   * @param idempotencyKey as the client sent it; refused where it is none
   */
  LeaseId of(String owner, Optional<String> idempotencyKey) {
    if (idempotencyKey.isEmpty()) {
      byte[] fresh = new byte[BYTES];
      random.nextBytes(fresh);
      return new LeaseId("ls-" + HexFormat.of().formatHex(fresh));
    }
    String key = idempotencyKey.get();
    if (!KEY.matcher(key).matches()) {
      throw Refusal.of(
          ErrorCode.INVALID_REQUEST,
          "the header Idempotency-Key holds 1 to 200 visible ASCII characters",
          "Idempotency-Key");
    }
    // Neither of both holds a line's end.
    byte[] digest = mac("lease\n" + owner + "\n" + key);
    return new LeaseId("k-" + HexFormat.of().formatHex(digest, 0, BYTES));
  }

  private byte[] mac(String text) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(clusterKey.getBytes(StandardCharsets.UTF_8), ALGORITHM));
      return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has " + ALGORITHM, e);
    }
  }
}
