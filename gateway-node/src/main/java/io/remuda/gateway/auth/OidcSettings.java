package io.remuda.gateway.auth;

import com.typesafe.config.Config;
import io.remuda.protocol.AccessProtocol.Scope;
import io.remuda.protocol.config.StartRefused;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Whose bearer tokens are taken beside API keys, from {@code remuda.gateway.oidc}.
 *
 * @param tokenLimit bytes; longer tokens are not looked at
 * @param cachedTokens that were checked and are not checked again until they end
 */
public record OidcSettings(TokenRules rules, Jwks jwks, int tokenLimit, int cachedTokens) {

  /** The algorithms that there are: with a public key each, so that no key can be a secret. */
  static final Set<String> ALGORITHMS =
      Set.of("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512");

  private static final Duration MOST_SKEW = Duration.ofMinutes(5);
  private static final String KEY = "remuda.gateway.oidc.";

  /**
   * Where the issuer's keys are and how they are kept.
   *
   * @param address of a file, or https
   * @param authorities PEM file with those that sign the server's certificate; empty: Java's own
   * @param refreshInterval between two readings
   * @param refreshTimeout of one
   * @param unknownKeyPause between two readings that tokens with unknown keys ask for
   * @param keepFor how long keys are good after they were last read
   * @param limit bytes of all keys
   */
  public record Jwks(
      URI address,
      Optional<Path> authorities,
      Duration refreshInterval,
      Duration refreshTimeout,
      Duration unknownKeyPause,
      Duration keepFor,
      int limit) {

    boolean isFile() {
      return "file".equals(address.getScheme());
    }
  }

  /**
   * Empty where no issuer is named; throws {@link StartRefused} for settings that would let in more
   * than they say, or nobody.
   */
  public static Optional<OidcSettings> from(Config config) {
    Config oidc = config.getConfig("remuda.gateway.oidc");
    String issuer = oidc.getString("issuer").strip();
    Set<String> audiences = words(oidc, "audience");
    String jwks = oidc.getString("jwks").strip();
    if (issuer.isEmpty()) {
      if (audiences.isEmpty() && jwks.isEmpty()) {
        return Optional.empty();
      }
      throw new StartRefused(
          KEY
              + "issuer is empty, but an audience or keys are named. Name the issuer of the"
              + " tokens, or leave all three empty.");
    }
    if (audiences.isEmpty()) {
      throw new StartRefused(
          KEY
              + "audience is empty, so that tokens which "
              + issuer
              + " made for others would be taken here. Name what this fleet is called in the"
              + " tokens' \"aud\".");
    }
    TokenRules rules =
        new TokenRules(issuer, audiences, algorithms(oidc), skew(oidc), rights(oidc));
    return Optional.of(
        new OidcSettings(
            rules,
            new Jwks(
                address(jwks),
                Optional.of(oidc.getString("jwks-ca").strip())
                    .filter(file -> !file.isEmpty())
                    .map(OidcSettings::absolute),
                positive(oidc, "refresh-interval"),
                positive(oidc, "refresh-timeout"),
                positive(oidc, "unknown-key-pause"),
                positive(oidc, "keep-keys"),
                size(oidc, "jwks-limit")),
            size(oidc, "token-limit"),
            oidc.getInt("cached-tokens")));
  }

  private static TokenRules.Rights rights(Config oidc) {
    String scopes = oidc.getString("scopes-claim").strip();
    if (scopes.isEmpty()) {
      throw new StartRefused(
          KEY + "scopes-claim is empty. Name the claim that holds the scopes, such as \"scope\".");
    }
    return new TokenRules.Rights(
        scopes,
        oidc.getString("scope-prefix"),
        defaultScopes(oidc),
        named(oidc, "models-claim"),
        named(oidc, "tenant-claim"));
  }

  private static Set<Scope> defaultScopes(Config oidc) {
    Set<Scope> scopes = new TreeSet<>();
    for (String word : words(oidc, "default-scopes")) {
      scopes.add(
          ClaimsDecider.scope(word)
              .orElseThrow(
                  () ->
                      new StartRefused(
                          KEY
                              + "default-scopes names \""
                              + word
                              + "\". There are: infer, deploy, audit and admin.")));
    }
    return scopes;
  }

  private static Set<String> algorithms(Config oidc) {
    Set<String> names = words(oidc, "algorithms");
    if (names.isEmpty() || !ALGORITHMS.containsAll(names)) {
      throw new StartRefused(
          KEY
              + "algorithms is "
              + names
              + ". Name one or more of "
              + new TreeSet<>(ALGORITHMS)
              + ": all others need no key, or one that whoever checks tokens could make them with.");
    }
    return names;
  }

  private static Duration skew(Config oidc) {
    Duration skew = oidc.getDuration("clock-skew");
    if (skew.isNegative() || skew.compareTo(MOST_SKEW) > 0) {
      throw new StartRefused(
          KEY
              + "clock-skew is "
              + skew.toSeconds()
              + " s. Let it be 0 to 5 minutes: for so long tokens are good after their end.");
    }
    return skew;
  }

  private static URI address(String jwks) {
    String lower = jwks.toLowerCase(Locale.ROOT);
    if (jwks.isEmpty()) {
      throw new StartRefused(
          KEY
              + "jwks is empty. Name the file with the issuer's public keys, or their https"
              + " address, which the issuer's /.well-known/openid-configuration calls jwks_uri.");
    }
    if (lower.startsWith("https://")) {
      try {
        URI address = URI.create(jwks);
        if (address.getHost() != null) {
          return address;
        }
      } catch (IllegalArgumentException e) {
        // Told below, as an address without a host is.
      }
      throw new StartRefused(KEY + "jwks is no address: " + jwks + ". Correct it.");
    }
    if (lower.contains("://")) {
      throw new StartRefused(
          KEY
              + "jwks is "
              + jwks
              + ", where anybody on the way could put keys of their own. Name an https address or"
              + " a file.");
    }
    return absolute(jwks).toUri();
  }

  private static Path absolute(String file) {
    return Path.of(file).toAbsolutePath().normalize();
  }

  private static Set<String> words(Config oidc, String key) {
    Set<String> words = new TreeSet<>();
    List<String> written = oidc.getStringList(key);
    written.stream().map(String::strip).filter(word -> !word.isEmpty()).forEach(words::add);
    return words;
  }

  private static Optional<String> named(Config oidc, String key) {
    return Optional.of(oidc.getString(key).strip()).filter(name -> !name.isEmpty());
  }

  private static Duration positive(Config oidc, String key) {
    Duration duration = oidc.getDuration(key);
    if (duration.isZero() || duration.isNegative()) {
      throw new StartRefused(KEY + key + " must be longer than nothing. Correct it.");
    }
    return duration;
  }

  private static int size(Config oidc, String key) {
    long bytes = oidc.getBytes(key);
    if (bytes < 1 || bytes > Integer.MAX_VALUE) {
      throw new StartRefused(KEY + key + " must be from 1 byte to 2 GiB. Correct it.");
    }
    return (int) bytes;
  }
}
