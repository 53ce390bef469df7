package io.remuda.gateway.auth;

import io.remuda.protocol.AccessProtocol.ApiKey;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.access.KeyMint;
import io.remuda.protocol.access.KeyRing;
import io.remuda.protocol.id.KeyId;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/**
 * Tells who calls, from the headers alone and from the keys that this gateway knows: no actor and
 * no database is asked, so a registry that is away locks nobody out. The same sentence answers
 * every wrong key, whichever part of it is wrong.
 */
public final class KeyCheck {

  private static final Refused WRONG =
      Refused.of(
          ErrorCode.UNAUTHENTICATED,
          "the API key is not known, has expired or was revoked; ask an administrator for a new one"
              + " (remuda keys create); where none is left, start a gateway with --new-admin-key");
  private static final Refused MISSING =
      Refused.of(
          ErrorCode.UNAUTHENTICATED,
          "this fleet needs an API key: send 'Authorization: Bearer rmd_...' or 'x-api-key:"
              + " rmd_...'");

  private final boolean on;
  private final KeyRing ring;
  private final Optional<TokenCheck> tokens;
  private final Refused missing;

  /**
   * A check.
   *
   * @param on whether keys are asked for at all; when not, everyone is {@link Caller#LOCAL}
   * @param known the keys as published, revoked ones too
   */
  public KeyCheck(
      boolean on, KeyMint mint, Function<KeyId, Optional<ApiKey>> known, InstantSource clock) {
    this(on, mint, known, clock, Optional.empty());
  }

  /**
   * A check that takes bearer tokens of an issuer too.
   *
   * @param tokens in the place of keys; empty: only keys are taken
   */
  public KeyCheck(
      boolean on,
      KeyMint mint,
      Function<KeyId, Optional<ApiKey>> known,
      InstantSource clock,
      Optional<TokenCheck> tokens) {
    this.on = on;
    this.ring = new KeyRing(mint, known, clock);
    this.tokens = tokens;
    this.missing =
        tokens
            .map(
                check ->
                    Refused.of(
                        MISSING.code(), MISSING.message() + ", or a token of " + check.issuer()))
            .orElse(MISSING);
  }

  /** Who it is, or why that could not be found out: exactly one of the two. */
  public record Outcome(Optional<Caller> caller, Optional<Refused> refused) {
    static Outcome is(Caller caller) {
      return new Outcome(Optional.of(caller), Optional.empty());
    }

    static Outcome refused(Refused refused) {
      return new Outcome(Optional.empty(), Optional.of(refused));
    }
  }

  public boolean isOn() {
    return on;
  }

  /**
   * Who sent these headers, for a route that needs {@code need}.
   *
   * @param authorization the header's value, {@code Bearer <key>}
   * @param apiKey the value of {@code x-api-key}, which some clients send instead
   */
  public Outcome check(Need need, Optional<String> authorization, Optional<String> apiKey) {
    if (!on) {
      return Outcome.is(Caller.LOCAL);
    }
    Optional<String> raw = KeyRing.shown(authorization, apiKey);
    if (need.isNothing()) {
      // Whoever shows a key all the same may be shown more.
      return Outcome.is(raw.flatMap(shown -> who(shown).caller()).orElse(Caller.ANONYMOUS));
    }
    if (raw.isEmpty()) {
      return Outcome.refused(missing);
    }
    Outcome outcome = who(raw.get());
    if (outcome.caller().filter(caller -> !caller.may(need)).isPresent()) {
      Caller caller = outcome.caller().get();
      return Outcome.refused(
          Refused.of(
              ErrorCode.NOT_ALLOWED,
              caller.title()
                  + " has "
                  + (caller.scopes().isEmpty()
                      ? "no scopes"
                      : "the scopes " + words(caller.scopes()))
                  + "; this needs "
                  + words(need.scopes())
                  + " or admin: use another one"));
    }
    return outcome;
  }

  /** Whose key or token it is, whatever that may do. */
  private Outcome who(String shown) {
    if (tokens.isPresent() && TokenCheck.isToken(shown)) {
      return tokens.get().check(shown.strip());
    }
    return ring.find(shown)
        .map(key -> Outcome.is(Caller.of(key)))
        .orElseGet(() -> Outcome.refused(WRONG));
  }

  private static String words(java.util.Set<io.remuda.protocol.AccessProtocol.Scope> scopes) {
    return String.join(
        ", ", scopes.stream().map(scope -> scope.name().toLowerCase(Locale.ROOT)).toList());
  }
}
