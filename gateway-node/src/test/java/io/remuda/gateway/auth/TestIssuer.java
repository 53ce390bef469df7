package io.remuda.gateway.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.typesafe.config.ConfigFactory;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;

/** A provider of tokens with an RSA key and one of an elliptic curve, made for this run. */
public final class TestIssuer {

  public static final String NAME = "https://login.example.org/realms/models";
  static final String AUDIENCE = "remuda";

  public final RSAKey rsa;
  public final ECKey curve;

  public TestIssuer() {
    try {
      rsa = new RSAKeyGenerator(2048).keyID("r1").generate();
      curve = new ECKeyGenerator(Curve.P_256).keyID("e1").generate();
    } catch (JOSEException e) {
      throw new AssertionError(e);
    }
  }

  /** The public halves, as the provider shows them. */
  public String jwks() {
    return jwks(List.of(rsa, curve));
  }

  static String jwks(List<JWK> keys) {
    return new JWKSet(keys).toString();
  }

  /** Settings of a gateway that trusts it, with these changes. */
  public static OidcSettings settings(String more) {
    return OidcSettings.from(
            ConfigFactory.parseString("remuda.gateway.oidc {" + more + "}")
                .withFallback(
                    ConfigFactory.parseString(
                        """
                        remuda.gateway.oidc {
                          issuer = "%s"
                          audience = ["%s"]
                          jwks = "https://login.example.org/keys"
                        }
                        """
                            .formatted(NAME, AUDIENCE)))
                .withFallback(ConfigFactory.load()))
        .orElseThrow();
  }

  /** A check by its keys, which are known already. */
  public TokenCheck check(String more, InstantSource clock) {
    OidcSettings settings = settings(more);
    IssuerKeys keys =
        new IssuerKeys(
            () -> CompletableFuture.completedStage(jwks()),
            settings.jwks(),
            settings.rules().algorithms(),
            System::nanoTime,
            left -> {});
    keys.learn(jwks());
    return new TokenCheck(settings, keys, clock, () -> {});
  }

  /** The claims of a good token at {@code now}, for five minutes. */
  static JWTClaimsSet.Builder claims(Instant now) {
    return new JWTClaimsSet.Builder()
        .issuer(NAME)
        .audience(AUDIENCE)
        .subject("alice")
        .claim("scope", "openid remuda:infer")
        .expirationTime(Date.from(now.plusSeconds(300)));
  }

  /** One with these scopes, signed with the RSA key. */
  public String token(Instant now, String scopes) {
    return token(now, claims -> claims.claim("scope", scopes));
  }

  /** One for these models too, as {@code models} names them. */
  public String token(Instant now, String scopes, String models) {
    return token(now, claims -> claims.claim("scope", scopes).claim("models", models));
  }

  String token(Instant now, UnaryOperator<JWTClaimsSet.Builder> changes) {
    return signed(
        new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("r1").build(),
        changes.apply(claims(now)).build(),
        rsa);
  }

  static String signed(JWSHeader header, JWTClaimsSet claims, JWK key) {
    try {
      JWSSigner signer =
          key instanceof ECKey curve ? new ECDSASigner(curve) : new RSASSASigner(key.toRSAKey());
      SignedJWT token = new SignedJWT(header, claims);
      token.sign(signer);
      return token.serialize();
    } catch (JOSEException e) {
      throw new AssertionError(e);
    }
  }
}
