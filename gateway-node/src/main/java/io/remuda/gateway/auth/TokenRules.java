package io.remuda.gateway.auth;

import io.remuda.protocol.AccessProtocol.Scope;
import java.time.Duration;
import java.util.Collections;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a bearer token must be like, and what its claims allow.
 *
 * @param issuer that its {@code iss} is, to the letter
 * @param audiences of which its {@code aud} names one
 * @param algorithms by which it may be signed, by their names in JOSE
 * @param clockSkew by which its issuer's clock may be off
 */
public record TokenRules(
    String issuer,
    Set<String> audiences,
    Set<String> algorithms,
    Duration clockSkew,
    Rights rights) {

  public TokenRules {
    audiences = Collections.unmodifiableSet(new TreeSet<>(audiences));
    algorithms = Collections.unmodifiableSet(new TreeSet<>(algorithms));
  }

  /**
   * Which claims tell what a token's holder may do. One that is named here and is not in a token
   * makes the token worth nothing: left out, it must not mean everything.
   *
   * @param scopesClaim words apart by blanks, or a list of them
   * @param scopePrefix with which those words begin that are scopes of this fleet
   * @param defaultScopes of tokens without such a word
   * @param modelsClaim names and beginnings of names, as keys have them; empty: all models
   * @param tenantClaim whose the caller is; empty: the operator's
   */
  public record Rights(
      String scopesClaim,
      String scopePrefix,
      Set<Scope> defaultScopes,
      Optional<String> modelsClaim,
      Optional<String> tenantClaim) {

    public Rights {
      defaultScopes = Collections.unmodifiableSet(new TreeSet<>(defaultScopes));
    }
  }
}
