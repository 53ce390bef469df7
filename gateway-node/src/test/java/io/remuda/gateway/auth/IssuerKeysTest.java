package io.remuda.gateway.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.OctetSequenceKeyGenerator;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An issuer that changes its keys, is away, and comes back. */
class IssuerKeysTest {

  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final OidcSettings SETTINGS =
      TestIssuer.settings("unknown-key-pause = 30s, keep-keys = 24h");

  private final Deque<CompletableFuture<String>> readings = new ArrayDeque<>();
  private final List<Double> left = new ArrayList<>();
  private ECKey old;
  private ECKey next;
  private long nanos;
  private int asked;
  private IssuerKeys keys;
  private TokenCheck check;

  @BeforeEach
  void start() throws Exception {
    old = new ECKeyGenerator(Curve.P_256).keyID("old").generate();
    next = new ECKeyGenerator(Curve.P_256).keyID("next").generate();
    keys =
        new IssuerKeys(
            () -> {
              asked++;
              CompletableFuture<String> reading = new CompletableFuture<>();
              readings.add(reading);
              return reading;
            },
            SETTINGS.jwks(),
            SETTINGS.rules().algorithms(),
            () -> nanos,
            left::add);
    check = new TokenCheck(SETTINGS, keys, () -> NOW, () -> {});
  }

  private void pass(Duration time) {
    nanos += time.toNanos();
  }

  /** The reading under way ends with these keys. */
  private void answer(ECKey... shown) {
    readings.remove().complete(TestIssuer.jwks(List.of(shown)));
  }

  private static String token(ECKey key) {
    return TestIssuer.signed(
        new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(key.getKeyID()).build(),
        TestIssuer.claims(NOW).build(),
        key);
  }

  private ErrorCode code(ECKey key) {
    return check.check(token(key)).refused().map(Refused::code).orElseThrow();
  }

  private boolean taken(ECKey key) {
    return check.check(token(key)).caller().isPresent();
  }

  @Test
  void aTokenByAKeyThatIsNewHasTheKeysReadAgain() {
    var unused = keys.refresh();
    answer(old);
    pass(Duration.ofSeconds(30));

    assertThat(code(next)).as("they are being read").isEqualTo(ErrorCode.ISSUER_UNAVAILABLE);
    assertThat(code(next)).isEqualTo(ErrorCode.ISSUER_UNAVAILABLE);
    assertThat(taken(old)).as("by the keys that are known, meanwhile").isTrue();
    assertThat(asked).isEqualTo(2);
    answer(old, next);

    assertThat(taken(next)).isTrue();
    assertThat(taken(old)).isTrue();
  }

  @Test
  void unknownKeysHaveTheIssuerAskedOnceInAPause() {
    var unused = keys.refresh();
    answer(old);
    for (int times = 0; times < 100; times++) {
      assertThat(code(next)).isEqualTo(ErrorCode.UNAUTHENTICATED);
    }
    assertThat(asked).as("it was read a moment ago").isEqualTo(1);

    pass(Duration.ofSeconds(30));
    assertThat(code(next)).isEqualTo(ErrorCode.ISSUER_UNAVAILABLE);
    answer(old);
    for (int times = 0; times < 100; times++) {
      assertThat(code(next)).isEqualTo(ErrorCode.UNAUTHENTICATED);
    }
    assertThat(asked).isEqualTo(2);
  }

  @Test
  void aTokenOfAnotherIssuerHasNothingRead() {
    var unused = keys.refresh();
    answer(old);
    pass(Duration.ofHours(1));
    String others =
        TestIssuer.signed(
            new JWSHeader.Builder(JWSAlgorithm.ES256).keyID("x").build(),
            TestIssuer.claims(NOW).issuer("https://other.example.org").build(),
            next);

    assertThat(check.check(others).refused().map(Refused::code))
        .contains(ErrorCode.UNAUTHENTICATED);
    assertThat(asked).isEqualTo(1);
  }

  /** Also one that was taken before, and whose check is remembered. */
  @Test
  void aTokenByAKeyThatWasTakenBackIsRefused() {
    var unused = keys.refresh();
    answer(old);
    assertThat(taken(old)).isTrue();

    unused = keys.refresh();
    answer(next);

    assertThat(code(old)).isEqualTo(ErrorCode.UNAUTHENTICATED);
    assertThat(taken(next)).isTrue();
  }

  @Test
  void whileTheIssuerIsAwayTheLastKeysAreGoodForAWhile() {
    var unused = keys.refresh();
    answer(old);
    pass(Duration.ofHours(24));
    unused = keys.refresh();
    readings.remove().completeExceptionally(new java.io.IOException("connection refused"));

    assertThat(taken(old)).isTrue();
    assertThat(left).containsExactly(86_400.0, 0.0);

    pass(Duration.ofSeconds(1));
    assertThat(code(old)).isEqualTo(ErrorCode.ISSUER_UNAVAILABLE);
    unused = keys.refresh();
    answer(old);
    assertThat(taken(old)).isTrue();
  }

  @Test
  void beforeTheFirstKeysTokensAreAskedToComeAgain() {
    assertThat(code(old)).isEqualTo(ErrorCode.ISSUER_UNAVAILABLE);
    readings.remove().completeExceptionally(new java.io.IOException("connection refused"));
    assertThat(code(old)).isEqualTo(ErrorCode.ISSUER_UNAVAILABLE);
    assertThat(asked).as("not for each token").isEqualTo(1);

    pass(Duration.ofSeconds(30));
    assertThat(code(old)).isEqualTo(ErrorCode.ISSUER_UNAVAILABLE);
    answer(old);
    assertThat(taken(old)).isTrue();
  }

  @Test
  void whatCannotBeReadChangesNothing() {
    var unused = keys.refresh();
    answer(old);
    for (String broken : List.of("", "no json", "{}", "{\"keys\":[]}", "{\"keys\":[{}]}")) {
      unused = keys.refresh();
      readings.remove().complete(broken);
      assertThat(taken(old)).as(broken).isTrue();
    }
  }

  /** Two readings at one time would let the older one win. */
  @Test
  void readsOnceAtATime() {
    var unused = keys.refresh();
    unused = keys.refresh();

    assertThat(asked).isEqualTo(1);
    answer(old);
    unused = keys.refresh();
    assertThat(asked).isEqualTo(2);
  }

  @Test
  void leavesOutKeysThatAreSecretsForEncryptionOrForNothingAllowed() throws Exception {
    OctetSequenceKey secret = new OctetSequenceKeyGenerator(256).keyID("secret").generate();
    ECKey encrypts =
        new ECKeyGenerator(Curve.P_256).keyID("enc").keyUse(KeyUse.ENCRYPTION).generate();
    ECKey other = new ECKeyGenerator(Curve.P_384).keyID("p384").generate();
    String weak =
        "{\"kty\":\"RSA\",\"kid\":\"weak\",\"e\":\"AQAB\",\"n\":\"" + "A".repeat(171) + "\"}";
    String all = TestIssuer.jwks(List.of(encrypts, other, old));
    String with = "{\"keys\":[" + secret.toJSONString() + "," + weak + "," + all.substring(9);

    assertThat(SigningKeys.parse(with, Set.of("ES256", "RS256")).ids()).containsExactly("old");
    assertThatThrownBy(
            () -> SigningKeys.parse(TestIssuer.jwks(List.of(encrypts, other)), Set.of("ES256")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no public key for signatures by ES256");
  }
}
