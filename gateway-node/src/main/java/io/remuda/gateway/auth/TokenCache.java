package io.remuda.gateway.auth;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Tokens that were found to be right, by their digests: a check of a signature takes longer than
 * all else that a gateway does with a small request. It holds so many; the one that was not shown
 * for the longest time goes first. The lock is held for a look-up alone.
 */
final class TokenCache {

  /**
   * @param keys by which it was checked: where there are others now, it is checked again
   */
  private record Checked(Caller caller, SigningKeys keys, Instant until) {}

  private final Map<String, Checked> tokens;

  TokenCache(int most) {
    if (most < 1) {
      throw new IllegalArgumentException(
          "remuda.gateway.oidc.cached-tokens must be 1 or more; correct it");
    }
    this.tokens =
        new LinkedHashMap<>(16, 0.75f, true) {
          @Override
          protected boolean removeEldestEntry(Map.Entry<String, Checked> eldest) {
            return size() > most;
          }
        };
  }

  Optional<Caller> find(String digest, SigningKeys keys, Instant now) {
    synchronized (tokens) {
      Optional<Checked> found = Optional.ofNullable(tokens.get(digest));
      boolean good =
          found
              .filter(checked -> checked.keys() == keys && now.isBefore(checked.until()))
              .isPresent();
      if (!good) {
        tokens.remove(digest);
      }
      return found.filter(checked -> good).map(Checked::caller);
    }
  }

  void add(String digest, Caller caller, SigningKeys keys, Instant until) {
    synchronized (tokens) {
      tokens.put(digest, new Checked(caller, keys, until));
    }
  }

  int size() {
    synchronized (tokens) {
      return tokens.size();
    }
  }
}
