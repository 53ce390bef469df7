package io.remuda.gateway.auth;

import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.config.StartRefused;
import io.remuda.protocol.metrics.MetricNames;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import kamon.Kamon;
import kamon.metric.MeasurementUnit;

/**
 * Tells who shows a bearer token of the one issuer that the settings name: by its signature, by
 * keys that were read before, and by its claims. Never waits, and asks nobody while a request does;
 * what a token says of keys (jku, x5u, jwk, x5c) is not looked at.
 */
public final class TokenCheck implements AutoCloseable {

  /** Its kind in a refusal's details; the word of RFC 6750. */
  public static final String INVALID_TOKEN = "invalid_token";

  private final TokenRules rules;
  private final int limit;
  private final IssuerKeys keys;
  private final TokenCache cache;
  private final InstantSource clock;
  private final Runnable end;

  TokenCheck(OidcSettings settings, IssuerKeys keys, InstantSource clock, Runnable end) {
    this.rules = settings.rules();
    this.limit = settings.tokenLimit();
    this.keys = keys;
    this.cache = new TokenCache(settings.cachedTokens());
    this.clock = clock;
    this.end = end;
  }

  /**
   * Reads the issuer's keys now and at each interval. Throws {@link StartRefused} for a file that
   * cannot be used; an issuer that is away keeps nobody from starting.
   */
  public static TokenCheck open(OidcSettings settings, InstantSource clock) {
    return open(settings, clock, Optional.empty());
  }

  /**
   * The same, with a copy of the keys, so that tokens are taken at once after a start while the
   * issuer is away. Keys that are a file need none.
   */
  public static TokenCheck open(OidcSettings settings, InstantSource clock, Path copy) {
    return open(settings, clock, Optional.of(copy));
  }

  private static TokenCheck open(OidcSettings settings, InstantSource clock, Optional<Path> copy) {
    ScheduledThreadPoolExecutor threads = new ScheduledThreadPoolExecutor(1, TokenCheck::daemon);
    try {
      IssuerKeys keys =
          new IssuerKeys(
              JwksSource.of(settings.jwks(), threads),
              settings.jwks(),
              settings.rules().algorithms(),
              System::nanoTime,
              Kamon.gauge(MetricNames.ISSUER_KEYS_LEFT, MeasurementUnit.time().seconds())
                      .withoutTags()
                  ::update);
      if (settings.jwks().isFile()) {
        readNow(settings.jwks(), keys);
      } else {
        copy.ifPresent(file -> new IssuerKeysOnDisk(file, settings.jwks(), clock).tie(keys));
      }
      readEach(settings.jwks(), keys, threads);
      return new TokenCheck(settings, keys, clock, threads::shutdownNow);
    } catch (RuntimeException e) {
      threads.shutdownNow();
      throw e;
    }
  }

  private static void readNow(OidcSettings.Jwks settings, IssuerKeys keys) {
    Path file = Path.of(settings.address());
    try {
      keys.learn(JwksSource.text(file, settings.limit()));
    } catch (RuntimeException e) {
      throw new StartRefused(
          "remuda.gateway.oidc.jwks names "
              + file
              + ", which cannot be used: "
              + e.getMessage()
              + ". Put the issuer's public keys there, as a JWKS.",
          e);
    }
  }

  private static void readEach(
      OidcSettings.Jwks settings, IssuerKeys keys, ScheduledExecutorService threads) {
    long millis = settings.refreshInterval().toMillis();
    var unused =
        threads.scheduleWithFixedDelay(
            () -> {
              var unusedReading = keys.refresh();
            },
            settings.isFile() ? millis : 0,
            millis,
            TimeUnit.MILLISECONDS);
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "remuda-oidc");
    thread.setDaemon(true);
    return thread;
  }

  /** Whether {@code shown} may be a token; no API key has a dot in it. */
  static boolean isToken(String shown) {
    return shown.indexOf('.') >= 0;
  }

  /** Whose tokens are taken. */
  String issuer() {
    return rules.issuer();
  }

  /** Who shows it, or why that is nobody. */
  KeyCheck.Outcome check(String token) {
    if (token.length() > limit) {
      return invalid("it is longer than " + limit + " bytes (remuda.gateway.oidc.token-limit)");
    }
    Instant now = clock.instant();
    Optional<SigningKeys> held = keys.current();
    String digest =
        HexFormat.of().formatHex(TokenNames.digest(token.getBytes(StandardCharsets.UTF_8)));
    Optional<Caller> seen = held.flatMap(known -> cache.find(digest, known, now));
    return seen.isPresent()
        ? KeyCheck.Outcome.is(seen.get())
        : parsed(token)
            .map(jwt -> check(jwt, digest, held, now))
            .orElseGet(
                () ->
                    invalid(
                        "it is no JWT that is signed by one of "
                            + String.join(", ", rules.algorithms())));
  }

  private KeyCheck.Outcome check(
      SignedJWT jwt, String digest, Optional<SigningKeys> held, Instant now) {
    JWSHeader header = jwt.getHeader();
    Optional<JWTClaimsSet> claims = claims(jwt);
    if (!rules.algorithms().contains(header.getAlgorithm().getName())) {
      return invalid(
          "its algorithm is not allowed; it may be signed by "
              + String.join(", ", rules.algorithms()));
    }
    if (!Optional.ofNullable(header.getCriticalParams()).orElse(java.util.Set.of()).isEmpty()) {
      return invalid("its header holds what must be understood and is not (crit)");
    }
    if (claims.isEmpty()) {
      return invalid("its claims cannot be read");
    }
    if (!rules.issuer().equals(claims.get().getIssuer())) {
      return invalid("it is of another issuer (iss)");
    }
    Optional<SigningKeys.Key> key = held.flatMap(known -> known.find(header));
    if (key.isEmpty()) {
      return keys.lookAgain(held)
          ? away("the keys of the tokens' issuer are being read; send the request again")
          : held.isEmpty()
              ? away("the keys of the tokens' issuer cannot be read; use an API key, or try again")
              : invalid("its issuer tells of no key of that id (kid) for its algorithm");
    }
    if (!key.get().signed(jwt)) {
      return invalid("its signature is wrong");
    }
    ClaimsDecider.Verdict verdict = ClaimsDecider.decide(claims.get(), rules, now);
    if (verdict.caller().isEmpty()) {
      return invalid(verdict.objection());
    }
    cache.add(digest, verdict.caller().get(), held.get(), verdict.until());
    return KeyCheck.Outcome.is(verdict.caller().get());
  }

  private static Optional<SignedJWT> parsed(String token) {
    try {
      return Optional.of(SignedJWT.parse(token));
    } catch (ParseException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static Optional<JWTClaimsSet> claims(SignedJWT jwt) {
    try {
      return Optional.ofNullable(jwt.getJWTClaimsSet());
    } catch (ParseException e) {
      return Optional.empty();
    }
  }

  private static KeyCheck.Outcome invalid(String why) {
    return KeyCheck.Outcome.refused(
        Refused.of(
                ErrorCode.UNAUTHENTICATED,
                "the bearer token is not taken: " + why + "; get another one from its issuer")
            .with(List.of(new Refused.Detail("authorization", INVALID_TOKEN, why))));
  }

  private static KeyCheck.Outcome away(String sentence) {
    return KeyCheck.Outcome.refused(Refused.of(ErrorCode.ISSUER_UNAVAILABLE, sentence));
  }

  /** Reads no more keys; tokens are still checked by those that are known. */
  @Override
  public void close() {
    end.run();
  }
}
