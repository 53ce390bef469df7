package io.remuda.gateway.auth;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import io.remuda.gateway.edge.Endpoint;
import io.remuda.protocol.AccessProtocol.Scope;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.access.KeyMint;
import io.remuda.protocol.id.ModelName;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens of every sort, good and bad. */
class TokenCheckTest {

  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final TestIssuer ISSUER = new TestIssuer();

  private final TokenCheck check = ISSUER.check("", () -> NOW);

  private static String why(KeyCheck.Outcome outcome) {
    assertThat(outcome.caller()).isEmpty();
    Refused refused = outcome.refused().orElseThrow();
    assertThat(refused.code()).isEqualTo(ErrorCode.UNAUTHENTICATED);
    assertThat(refused.details()).extracting(Refused.Detail::kind).containsExactly("invalid_token");
    assertThat(refused.message()).contains(refused.details().get(0).text());
    return refused.details().get(0).text();
  }

  private String whyOf(UnaryOperator<JWTClaimsSet.Builder> changes) {
    return why(check.check(ISSUER.token(NOW, changes)));
  }

  private Caller callerOf(UnaryOperator<JWTClaimsSet.Builder> changes) {
    return check.check(ISSUER.token(NOW, changes)).caller().orElseThrow();
  }

  @Test
  void takesATokenByAnRsaKey() {
    Caller caller = callerOf(claims -> claims);

    assertThat(caller.name()).isEqualTo("oidc:alice");
    assertThat(caller.title()).isEqualTo("token oidc:alice");
    assertThat(caller.scopes()).containsExactly(Scope.INFER);
    assertThat(caller.seesAll()).isTrue();
    assertThat(caller.tenant()).isEmpty();
  }

  @Test
  void takesATokenByAKeyOfAnEllipticCurve() {
    String token =
        TestIssuer.signed(
            new JWSHeader.Builder(JWSAlgorithm.ES256).keyID("e1").build(),
            TestIssuer.claims(NOW).build(),
            ISSUER.curve);

    assertThat(check.check(token).caller()).isPresent();
  }

  /** One key of each kind is there, so that a token without an id means one all the same. */
  @Test
  void takesATokenThatNamesNoKeyWhereOneFits() {
    String token =
        TestIssuer.signed(
            new JWSHeader(JWSAlgorithm.RS256), TestIssuer.claims(NOW).build(), ISSUER.rsa);

    assertThat(check.check(token).caller()).isPresent();
  }

  @Test
  void refusesATokenWithoutASignature() {
    String none = new PlainJWT(TestIssuer.claims(NOW).build()).serialize();
    String good = ISSUER.token(NOW, "remuda:infer");
    String stripped = good.substring(0, good.lastIndexOf('.') + 1);

    assertThat(why(check.check(none))).contains("no JWT that is signed by one of ES256, RS256");
    assertThat(why(check.check(stripped))).isNotEmpty();
  }

  /** The oldest trick: the public key, which everybody has, as the secret of an HMAC. */
  @Test
  void refusesAPublicKeyThatIsUsedAsASecret() throws Exception {
    for (byte[] secret :
        List.of(
            ISSUER.rsa.toRSAPublicKey().getEncoded(),
            ISSUER
                .rsa
                .toPublicJWK()
                .toJSONString()
                .getBytes(java.nio.charset.StandardCharsets.UTF_8))) {
      SignedJWT forged =
          new SignedJWT(
              new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("r1").build(),
              TestIssuer.claims(NOW).build());
      forged.sign(new MACSigner(secret));

      assertThat(why(check.check(forged.serialize()))).contains("algorithm is not allowed");
    }
  }

  @Test
  void refusesAnAlgorithmThatIsNotAllowedThoughTheKeyFits() {
    String token =
        TestIssuer.signed(
            new JWSHeader.Builder(JWSAlgorithm.RS512).keyID("r1").build(),
            TestIssuer.claims(NOW).build(),
            ISSUER.rsa);

    assertThat(why(check.check(token))).contains("algorithm is not allowed");
    assertThat(ISSUER.check("algorithms = [RS512]", () -> NOW).check(token).caller()).isPresent();
  }

  /** Where the token itself says that its key is, nobody looks. */
  @Test
  void looksAtNoKeyThatTheTokenBringsOrPointsAt() throws Exception {
    RSAKey thiefs = new RSAKeyGenerator(2048).keyID("r1").generate();
    JWTClaimsSet claims = TestIssuer.claims(NOW).build();
    URI away = URI.create("https://thief.example.org/keys");
    JWSHeader.Builder header = new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("r1");
    JWSHeader brings = header.jwk(thiefs.toPublicJWK()).build();
    JWSHeader points =
        new JWSHeader.Builder(JWSAlgorithm.RS256)
            .keyID("r1")
            .jwkURL(away)
            .x509CertURL(away)
            .build();

    assertThat(why(check.check(TestIssuer.signed(brings, claims, thiefs))))
        .isEqualTo("its signature is wrong");
    assertThat(why(check.check(TestIssuer.signed(points, claims, thiefs))))
        .isEqualTo("its signature is wrong");
    assertThat(check.check(TestIssuer.signed(points, claims, ISSUER.rsa)).caller())
        .as("a good one that points somewhere is good")
        .isPresent();
  }

  @Test
  void refusesClaimsThatWereChangedAfterwards() {
    String[] parts = ISSUER.token(NOW, "remuda:infer").split("\\.", -1);
    String admin =
        Base64URL.encode(TestIssuer.claims(NOW).claim("scope", "remuda:admin").build().toString())
            .toString();

    assertThat(why(check.check(parts[0] + "." + admin + "." + parts[2])))
        .isEqualTo("its signature is wrong");
  }

  @Test
  void refusesAHeaderThatMustBeUnderstood() {
    String token =
        TestIssuer.signed(
            new JWSHeader.Builder(JWSAlgorithm.RS256)
                .keyID("r1")
                .criticalParams(Set.of("exp"))
                .build(),
            TestIssuer.claims(NOW).build(),
            ISSUER.rsa);

    assertThat(why(check.check(token))).contains("crit");
  }

  @Test
  void refusesAnotherIssuerAndAnotherAudience() {
    assertThat(whyOf(claims -> claims.issuer(TestIssuer.NAME + "/"))).contains("another issuer");
    assertThat(whyOf(claims -> claims.issuer(null))).contains("another issuer");
    assertThat(whyOf(claims -> claims.audience("others"))).contains("another audience");
    assertThat(whyOf(claims -> claims.audience((String) null))).contains("another audience");
    assertThat(callerOf(claims -> claims.audience(List.of("others", "remuda"))).name())
        .isEqualTo("oidc:alice");
  }

  @Test
  void isGoodFromItsBeginToItsEndAndTheClocksSkewMore() {
    Date end = Date.from(NOW.minusSeconds(29));
    Date longAgo = Date.from(NOW.minusSeconds(30));
    Date soon = Date.from(NOW.plusSeconds(30));
    Date later = Date.from(NOW.plusSeconds(31));

    assertThat(callerOf(claims -> claims.expirationTime(end)).name()).isEqualTo("oidc:alice");
    assertThat(whyOf(claims -> claims.expirationTime(longAgo)))
        .isEqualTo("it expired at 2025-12-31T23:59:30Z");
    assertThat(whyOf(claims -> claims.expirationTime(null))).contains("no end (exp)");
    assertThat(callerOf(claims -> claims.notBeforeTime(soon)).name()).isEqualTo("oidc:alice");
    assertThat(whyOf(claims -> claims.notBeforeTime(later)))
        .isEqualTo("it is not good before 2026-01-01T00:00:31Z");
  }

  @Test
  void aTokenThatWasTakenIsRefusedAfterItsEnd() {
    Instant[] now = {NOW};
    TokenCheck later = ISSUER.check("clock-skew = 0s", () -> now[0]);
    String token = ISSUER.token(NOW, "remuda:infer");

    assertThat(later.check(token).caller()).isPresent();
    now[0] = NOW.plusSeconds(299);
    assertThat(later.check(token).caller()).isPresent();
    now[0] = NOW.plusSeconds(300);
    assertThat(why(later.check(token))).startsWith("it expired at");
  }

  @Test
  void refusesATokenOfNobody() {
    assertThat(whyOf(claims -> claims.subject(null))).contains("nobody (sub)");
    assertThat(whyOf(claims -> claims.subject("  "))).contains("nobody (sub)");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        ".",
        "..",
        "a.b",
        "a.b.c",
        "....",
        "eyJhbGciOiJSUzI1NiJ9..",
        "eyJhbGciOiJSUzI1NiJ9.e30.AAAA",
        "eyJhbGciOiJSUzI1NiJ9.bm8ganNvbg.AAAA",
        "é.ü.☃",
        "{\"alg\":\"none\"}.{}.",
        "eyJhbGciOiJub25lIn0.e30.",
        "eyJhbGciOiJub05lIn0.e30.AAAA",
        "eyJ.eyJ.eyJ.eyJ.eyJ"
      })
  void refusesGarbage(String garbage) {
    assertThat(why(check.check(garbage))).isNotEmpty();
  }

  @Test
  void doesNotLookAtATokenThatIsTooLong() {
    String longOne = ISSUER.token(NOW, claims -> claims.claim("much", "x".repeat(9_000)));

    assertThat(why(check.check(longOne)))
        .isEqualTo("it is longer than 8192 bytes (remuda.gateway.oidc.token-limit)");
  }

  @Test
  void takesScopesWithThePrefixAloneFromATextOrAList() {
    Caller many =
        callerOf(
            claims -> claims.claim("scope", "remuda:infer remuda:audit admin remuda:nonsense"));
    Caller list = callerOf(claims -> claims.claim("scope", List.of("remuda:deploy", 7)));
    Caller worker = callerOf(claims -> claims.claim("scope", "remuda:worker"));
    Caller none = callerOf(claims -> claims.claim("scope", null));

    assertThat(many.scopes()).containsExactlyInAnyOrder(Scope.INFER, Scope.AUDIT);
    assertThat(list.scopes()).containsExactly(Scope.DEPLOY);
    assertThat(worker.scopes()).as("machines' doors take keys alone").isEmpty();
    assertThat(none.scopes()).isEmpty();
  }

  @Test
  void givesTheDefaultScopesToThoseWithoutAny() {
    TokenCheck open = ISSUER.check("default-scopes = [infer]", () -> NOW);

    assertThat(open.check(ISSUER.token(NOW, "openid")).caller().orElseThrow().scopes())
        .containsExactly(Scope.INFER);
    assertThat(open.check(ISSUER.token(NOW, "remuda:audit")).caller().orElseThrow().scopes())
        .containsExactly(Scope.AUDIT);
  }

  @Test
  void theBytePathHearsOfATokensTenant() {
    TokenCheck tokens = ISSUER.check("tenant-claim = org", () -> NOW);
    KeyCheck keys =
        new KeyCheck(
            true,
            new KeyMint("cluster-key", new SecureRandom()),
            id -> Optional.empty(),
            () -> NOW,
            Optional.of(tokens));
    String token =
        ISSUER.token(NOW, claims -> claims.claim("org", "acme").claim("scope", "remuda:infer"));

    assertThat(
            new EdgeKeys(keys, new LeaseSeal("cluster-key")).check(token, Endpoint.CHAT).tenant())
        .contains("acme");
  }

  @Test
  void takesModelsAndTenantFromTheirClaims() {
    TokenCheck mapped = ISSUER.check("models-claim = models, tenant-claim = org", () -> NOW);
    Caller caller =
        mapped
            .check(
                ISSUER.token(
                    NOW,
                    claims ->
                        claims
                            .claim("models", List.of("acme-*", "demo", "NO NAME"))
                            .claim("org", "acme")))
            .caller()
            .orElseThrow();

    assertThat(caller.tenant()).contains("acme");
    assertThat(caller.sees(new ModelName("acme-chat"))).isTrue();
    assertThat(caller.sees(new ModelName("demo"))).isTrue();
    assertThat(caller.sees(new ModelName("other"))).isFalse();
  }

  /** Left out it would mean all models, and the operator. */
  @Test
  void aClaimThatIsMissingNeverMeansEverything() {
    TokenCheck models = ISSUER.check("models-claim = models", () -> NOW);
    TokenCheck tenant = ISSUER.check("tenant-claim = org", () -> NOW);

    assertThat(why(models.check(ISSUER.token(NOW, claims -> claims)))).contains("models");
    assertThat(why(models.check(ISSUER.token(NOW, c -> c.claim("models", List.of())))))
        .contains("models");
    assertThat(why(models.check(ISSUER.token(NOW, c -> c.claim("models", "* ..")))))
        .contains("models");
    assertThat(why(tenant.check(ISSUER.token(NOW, claims -> claims)))).contains("tenant");
    assertThat(why(tenant.check(ISSUER.token(NOW, c -> c.claim("org", "Not A Tenant")))))
        .contains("tenant");
  }

  @Test
  void aSubjectIsCleanedForLogsAndStaysApartFromOthers() {
    String odd = "a\nb \"c\" " + "x".repeat(500);
    Caller caller = callerOf(claims -> claims.subject(odd));
    Caller other = callerOf(claims -> claims.subject(odd + "y"));

    assertThat(caller.name()).matches("oidc:[A-Za-z0-9._~-]{1,80}").startsWith("oidc:a_b__c__xx");
    assertThat(other.name()).isNotEqualTo(caller.name());
    assertThat(callerOf(claims -> claims.subject("repo:acme/app:ref:refs/heads/main")).name())
        .isEqualTo("oidc:repo:acme/app:ref:refs/heads/main");
  }

  @Test
  void remembersNoMoreTokensThanItMay() {
    TokenCache cache = new TokenCache(2);
    SigningKeys keys = SigningKeys.parse(ISSUER.jwks(), Set.of("RS256"));
    for (String digest : List.of("a", "b", "c")) {
      cache.add(digest, Caller.ANONYMOUS, keys, NOW.plusSeconds(1));
    }

    assertThat(cache.size()).isEqualTo(2);
    assertThat(cache.find("a", keys, NOW)).isEmpty();
    assertThat(cache.find("c", keys, NOW)).contains(Caller.ANONYMOUS);
    assertThat(cache.find("c", SigningKeys.parse(ISSUER.jwks(), Set.of("RS256")), NOW))
        .as("checked by keys that were replaced")
        .isEmpty();
    assertThat(cache.find("b", keys, NOW.plusSeconds(1))).as("after its end").isEmpty();
  }
}
