package io.remuda.protocol.access;

import io.remuda.protocol.AccessProtocol.ApiKey;
import io.remuda.protocol.AccessProtocol.Replaced;
import io.remuda.protocol.AccessProtocol.Scope;
import io.remuda.protocol.id.KeyId;
import io.remuda.protocol.id.ModelName;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Makes API keys and recognises them: {@code rmd_<id>_<secret>}. The secret is 32 random bytes that
 * exist in the holder's hands only; what is stored is their SHA-256 under the cluster's key, so
 * that neither the journal nor a gateway's disk copy is of use to a thief.
 */
public final class KeyMint {

  private static final String PREFIX = "rmd_";
  private static final int SECRET_LENGTH = 43;
  private static final String PURPOSE = "remuda-api-keys:";
  private static final String ID_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789";
  private static final int ID_LENGTH = 10;

  /** One for each thread: to find one and to give it the key takes longer than a hash. */
  private final ThreadLocal<Mac> macs;

  private final SecureRandom random;

  /**
   * A mint.
   *
   * @param clusterKey the same on all gateways of a fleet; keys made under another one are worth
   *     nothing here
   */
  public KeyMint(String clusterKey, SecureRandom random) {
    SecretKeySpec pepper =
        new SecretKeySpec((PURPOSE + clusterKey).getBytes(StandardCharsets.UTF_8), "HmacSHA256");
    this.macs = ThreadLocal.withInitial(() -> mac(pepper));
    this.random = random;
  }

  /** A new key; {@code secret} is the only copy of what the holder must send. */
  public record Minted(ApiKey key, String secret) {
    /** Leaves the secret out, so that no log line ever shows it. */
    @Override
    public String toString() {
      return "Minted[" + key.id() + "]";
    }
  }

  /** A secret and its hash; {@code shown} is the only copy of what the holder must send. */
  public record Secret(String hash, String shown) {
    @Override
    public String toString() {
      return "Secret";
    }
  }

  /** What a client sent, taken apart; not yet found to be right. */
  public record Presented(KeyId id, String secret) {
    @Override
    public String toString() {
      return "Presented[" + id + "]";
    }
  }

  /** A key under a random id. */
  public Minted mint(
      String label,
      Set<Scope> scopes,
      Set<ModelName> models,
      Instant now,
      Optional<Instant> expiresAt) {
    return mint(freshId(), label, scopes, models, now, expiresAt);
  }

  /** A key under a random id, for the models of a list, maybe a tenant's. */
  public Minted mint(
      String label,
      Set<Scope> scopes,
      AllowList models,
      Optional<String> tenant,
      Instant now,
      Optional<Instant> expiresAt) {
    return minted(freshId(), label, scopes, models, tenant, now, expiresAt);
  }

  /** A key under a chosen id. */
  public Minted mint(
      KeyId id,
      String label,
      Set<Scope> scopes,
      Set<ModelName> models,
      Instant now,
      Optional<Instant> expiresAt) {
    return minted(
        id, label, scopes, new AllowList(models, Set.of()), Optional.empty(), now, expiresAt);
  }

  /** Another secret for the key of this id. */
  public Secret another(KeyId id) {
    String secret = freshSecret();
    return new Secret(hashOf(id, secret), shown(id, secret));
  }

  private Minted minted(
      KeyId id,
      String label,
      Set<Scope> scopes,
      AllowList models,
      Optional<String> tenant,
      Instant now,
      Optional<Instant> expiresAt) {
    String secret = freshSecret();
    ApiKey key =
        new ApiKey(
            id,
            label,
            hashOf(id, secret),
            scopes,
            models.names(),
            now,
            expiresAt,
            false,
            1,
            models.patterns(),
            tenant,
            List.of());
    return new Minted(key, shown(id, secret));
  }

  private KeyId freshId() {
    StringBuilder id = new StringBuilder();
    for (int at = 0; at < ID_LENGTH; at++) {
      id.append(ID_LETTERS.charAt(random.nextInt(ID_LETTERS.length())));
    }
    return new KeyId(id.toString());
  }

  private String freshSecret() {
    byte[] bytes = new byte[32];
    random.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static String shown(KeyId id, String secret) {
    return PREFIX + id + "_" + secret;
  }

  /** The parts of {@code raw}, or empty when it is not of a key's shape. */
  public static Optional<Presented> parse(String raw) {
    int end = raw.length() - SECRET_LENGTH - 1;
    if (end < PREFIX.length() || !raw.startsWith(PREFIX) || raw.charAt(end) != '_') {
      return Optional.empty();
    }
    String secret = raw.substring(end + 1);
    return isSecret(secret)
        ? KeyId.parse(raw.substring(PREFIX.length(), end)).map(id -> new Presented(id, secret))
        : Optional.empty();
  }

  /** Of letters that Base64 has in addresses. Not by a pattern: each request shows a key. */
  private static boolean isSecret(String secret) {
    for (int i = 0; i < secret.length(); i++) {
      char c = secret.charAt(i);
      boolean letter = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
      if (!letter && (c < '0' || c > '9') && c != '_' && c != '-') {
        return false;
      }
    }
    return true;
  }

  /**
   * Whether {@code presented} is {@code key}, by the secret that it has or by one that it had and
   * that is good at {@code now}; takes as long when it is not.
   */
  public boolean matches(ApiKey key, Presented presented, Instant now) {
    byte[] given = hashOf(presented.id(), presented.secret()).getBytes(StandardCharsets.UTF_8);
    boolean found = isHash(key.secretHash(), given);
    for (Replaced old : key.goodBeside(now)) {
      found |= isHash(old.secretHash(), given);
    }
    return found && key.id().equals(presented.id());
  }

  private static boolean isHash(String stored, byte[] given) {
    return MessageDigest.isEqual(stored.getBytes(StandardCharsets.UTF_8), given);
  }

  private String hashOf(KeyId id, String secret) {
    // The id is part of it, so that one key's hash can never be put under another's name.
    byte[] hash = macs.get().doFinal((id + ":" + secret).getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().formatHex(hash);
  }

  private static Mac mac(SecretKeySpec pepper) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(pepper);
      return mac;
    } catch (NoSuchAlgorithmException | InvalidKeyException e) {
      throw new IllegalStateException("every Java runtime has HmacSHA256", e);
    }
  }
}
