package io.remuda.gateway.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyOperation;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.SignedJWT;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * An issuer's public keys, as it told them at one moment, each for the algorithms that it may
 * check. Nothing that a token says of keys is used but the id of one of these.
 */
final class SigningKeys {

  private static final int LEAST_RSA_BITS = 2048;

  private final List<Key> keys;

  private SigningKeys(List<Key> keys) {
    this.keys = List.copyOf(keys);
  }

  /** One of them; any thread uses it. */
  record Key(Optional<String> id, Set<JWSAlgorithm> algorithms, JWSVerifier verifier) {

    /** Whether the token was signed with its private half. */
    boolean signed(SignedJWT token) {
      try {
        return verifier.verify(token.getHeader(), token.getSigningInput(), token.getSignature());
      } catch (JOSEException e) {
        return false;
      }
    }
  }

  /**
   * Reads a JWKS. Keys that are secrets, for encryption, too weak, or for algorithms that are not
   * allowed are left out; throws IllegalArgumentException when none is left.
   *
   * @param allowed names of algorithms
   */
  static SigningKeys parse(String jwks, Set<String> allowed) {
    List<Key> keys = new ArrayList<>();
    try {
      for (JWK key : JWKSet.parse(jwks).getKeys()) {
        read(key, allowed).ifPresent(keys::add);
      }
    } catch (ParseException e) {
      throw new IllegalArgumentException("it is no JSON Web Key Set: " + e.getMessage(), e);
    }
    if (keys.isEmpty()) {
      throw new IllegalArgumentException(
          "it holds no public key for signatures by "
              + String.join(", ", allowed)
              + " (of RSA, 2048 bits or more)");
    }
    return new SigningKeys(keys);
  }

  private static Optional<Key> read(JWK key, Set<String> allowed) {
    if (KeyUse.ENCRYPTION.equals(key.getKeyUse())
        || !Optional.ofNullable(key.getKeyOperations())
            .orElse(Set.of(KeyOperation.VERIFY))
            .contains(KeyOperation.VERIFY)) {
      return Optional.empty();
    }
    return verifier(key)
        .map(
            verifier -> {
              Set<JWSAlgorithm> algorithms = new HashSet<>(verifier.supportedJWSAlgorithms());
              algorithms.removeIf(algorithm -> !allowed.contains(algorithm.getName()));
              Optional.ofNullable(key.getAlgorithm())
                  .ifPresent(only -> algorithms.removeIf(algorithm -> !algorithm.equals(only)));
              return new Key(Optional.ofNullable(key.getKeyID()), algorithms, verifier);
            })
        .filter(usable -> !usable.algorithms().isEmpty());
  }

  private static Optional<JWSVerifier> verifier(JWK key) {
    try {
      if (key instanceof RSAKey rsa && rsa.size() >= LEAST_RSA_BITS) {
        return Optional.of(new RSASSAVerifier(rsa.toRSAPublicKey()));
      }
      return key instanceof com.nimbusds.jose.jwk.ECKey curve
          ? Optional.of(new ECDSAVerifier(curve.toECPublicKey()))
          : Optional.empty();
    } catch (JOSEException unusable) {
      // Of a curve that this Java does not have, or no point of it.
      return Optional.empty();
    }
  }

  /** The one that this header means: by its id, or the only one for its algorithm. */
  Optional<Key> find(JWSHeader header) {
    Optional<String> id = Optional.ofNullable(header.getKeyID());
    List<Key> fitting =
        keys.stream()
            .filter(key -> key.algorithms().contains(header.getAlgorithm()))
            .filter(key -> id.isEmpty() || key.id().equals(id))
            .toList();
    return fitting.size() == 1 ? Optional.of(fitting.get(0)) : Optional.empty();
  }

  /** Their ids, for a log. */
  List<String> ids() {
    return keys.stream().map(key -> key.id().orElse("-").replaceAll("[^!-~]", "_")).toList();
  }
}
