package io.remuda.gateway.auth;

import io.remuda.protocol.AccessProtocol.Scope;
import io.remuda.protocol.id.LeaseId;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Whose a lease is, as its own id says: the end of an id is made of the rest of it and of its
 * owner, by the secret that all gateways of a fleet share. So any of them can tell whether a call
 * comes from the owner, with nothing to look up.
 */
public final class LeaseSeal {

  /** So much of an id is its own, in bytes. */
  private static final int OWN = 12;

  private static final int SEAL = 6;
  private static final Pattern SEALED =
      Pattern.compile("([a-z]+-[0-9a-f]{%d})([0-9a-f]{%d})".formatted(2 * OWN, 2 * SEAL));
  private static final String ALGORITHM = "HmacSHA256";

  private final String clusterKey;

  public LeaseSeal(String clusterKey) {
    this.clusterKey = clusterKey;
  }

  /**
   * An id of {@code owner}'s.
   *
   * @param kind in lower-case letters
   * @param own what makes it another id than all others; the first 12 bytes are taken
   */
  public LeaseId id(String kind, byte[] own, String owner) {
    String beginning = kind + "-" + HexFormat.of().formatHex(own, 0, OWN);
    return new LeaseId(beginning + seal(beginning, owner));
  }

  /**
   * Whether {@code caller} may call under the lease: its owner, and an administrator, who may see
   * it too. Of an id that earlier versions made nothing is known; none is made any more.
   */
  public boolean covers(LeaseId lease, Caller caller) {
    if (caller.scopes().contains(Scope.ADMIN)) {
      return true;
    }
    Matcher sealed = SEALED.matcher(lease.value());
    return !sealed.matches()
        || MessageDigest.isEqual(
            seal(sealed.group(1), caller.name()).getBytes(StandardCharsets.UTF_8),
            sealed.group(2).getBytes(StandardCharsets.UTF_8));
  }

  private String seal(String beginning, String owner) {
    byte[] digest = mac("lease of\n" + beginning + "\n" + owner);
    return HexFormat.of().formatHex(Arrays.copyOf(digest, SEAL));
  }

  /** Of {@code text}, by the secret. */
  public byte[] mac(String text) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(clusterKey.getBytes(StandardCharsets.UTF_8), ALGORITHM));
      return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has " + ALGORITHM, e);
    }
  }
}
