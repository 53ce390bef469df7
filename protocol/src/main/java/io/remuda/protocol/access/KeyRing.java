package io.remuda.protocol.access;

import io.remuda.protocol.AccessProtocol.ApiKey;
import io.remuda.protocol.id.KeyId;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Function;

/**
 * The keys that a node knows, as published: finds the one that a client shows. No actor and no
 * database is asked, so that a registry that is away locks nobody out.
 */
public final class KeyRing {

  private static final String BEARER = "Bearer ";

  private final KeyMint mint;
  private final Function<KeyId, Optional<ApiKey>> known;
  private final InstantSource clock;

  /**
   * @param known the keys as published, revoked ones too
   */
  public KeyRing(KeyMint mint, Function<KeyId, Optional<ApiKey>> known, InstantSource clock) {
    this.mint = mint;
    this.known = known;
    this.clock = clock;
  }

  /**
   * What a client sent as its key, if anything.
   *
   * @param authorization the header's value, {@code Bearer <key>}
   * @param apiKey the value of {@code x-api-key}, which some clients send instead
   */
  public static Optional<String> shown(Optional<String> authorization, Optional<String> apiKey) {
    return authorization
        .filter(header -> header.regionMatches(true, 0, BEARER, 0, BEARER.length()))
        .map(header -> header.substring(BEARER.length()))
        .or(() -> apiKey);
  }

  /**
   * The key whose secret {@code raw} is; empty when it is unknown, replaced, revoked or has
   * expired.
   */
  public Optional<ApiKey> find(String raw) {
    Instant now = clock.instant();
    return KeyMint.parse(raw.trim())
        .flatMap(
            presented ->
                known.apply(presented.id()).filter(key -> mint.matches(key, presented, now)))
        .filter(key -> !key.revoked())
        .filter(key -> key.expiresAt().map(now::isBefore).orElse(true));
  }
}
