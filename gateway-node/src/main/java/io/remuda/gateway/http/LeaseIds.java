package io.remuda.gateway.http;

import io.remuda.gateway.auth.LeaseSeal;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.id.LeaseId;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Makes the ids of leases. Nobody can guess one: an instance lets in whoever shows the lease that
 * it is kept for. One under an idempotency key is made of that key and its owner, by the secret
 * that all gateways of a fleet share, so that any of them finds the same lease again. Each says
 * whose it is; see {@link LeaseSeal}.
 */
final class LeaseIds {

  private static final Pattern KEY = Pattern.compile("[\\x21-\\x7e]{1,200}");
  private static final int BYTES = 12;

  private final SecureRandom random = new SecureRandom();
  private final LeaseSeal seal;

  LeaseIds(LeaseSeal seal) {
    this.seal = seal;
  }

  /**
   * @param idempotencyKey as the client sent it; refused where it is none
   */
  LeaseId of(String owner, Optional<String> idempotencyKey) {
    if (idempotencyKey.isEmpty()) {
      byte[] fresh = new byte[BYTES];
      random.nextBytes(fresh);
      return seal.id("ls", fresh, owner);
    }
    String key = idempotencyKey.get();
    if (!KEY.matcher(key).matches()) {
      throw Refusal.of(
          ErrorCode.INVALID_REQUEST,
          "the header Idempotency-Key holds 1 to 200 visible ASCII characters",
          "Idempotency-Key");
    }
    // Neither of both holds a line's end.
    return seal.id("k", seal.mac("lease\n" + owner + "\n" + key), owner);
  }
}
