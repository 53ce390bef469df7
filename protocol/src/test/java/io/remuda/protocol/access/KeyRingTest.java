package io.remuda.protocol.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.AccessProtocol.ApiKey;
import io.remuda.protocol.AccessProtocol.Scope;
import io.remuda.protocol.AccessTable;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class KeyRingTest {

  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private final KeyMint mint = new KeyMint("cluster-key", new SecureRandom());

  private static KeyRing ring(KeyMint mint, ApiKey key) {
    AccessTable known = new AccessTable(List.of(key));
    return new KeyRing(mint, known::get, InstantSource.fixed(NOW));
  }

  private KeyMint.Minted minted(Optional<Instant> until) {
    return mint.mint("ci", Set.of(Scope.WORKER), Set.of(), NOW, until);
  }

  @Test
  void findsTheKeyWhoseSecretIsShown() {
    KeyMint.Minted minted = minted(Optional.empty());

    assertThat(ring(mint, minted.key()).find(" " + minted.secret() + " ")).contains(minted.key());
    assertThat(minted.toString()).as("what a log may show").doesNotContain(minted.secret());
  }

  @Test
  void knowsNoKeyOfAnotherClusterNorOneThatIsOver() {
    KeyMint.Minted minted = minted(Optional.of(NOW.plus(Duration.ofDays(1))));
    KeyMint.Minted late = minted(Optional.of(NOW));
    KeyMint other = new KeyMint("another-key", new SecureRandom());

    assertThat(ring(mint, minted.key()).find(minted.secret())).isPresent();
    assertThat(ring(other, minted.key()).find(minted.secret())).isEmpty();
    assertThat(ring(mint, minted.key().revokedAt(2)).find(minted.secret())).isEmpty();
    assertThat(ring(mint, late.key()).find(late.secret())).isEmpty();
    assertThat(ring(mint, minted.key()).find("rmd_nobody")).isEmpty();
  }

  @Test
  void aReplacedSecretIsGoodUntilItsTimeAndNoLonger() {
    KeyMint.Minted minted = minted(Optional.empty());
    KeyMint.Secret second = mint.another(minted.key().id());
    KeyMint.Secret third = mint.another(minted.key().id());
    ApiKey twice =
        minted
            .key()
            .rotatedAt(2, second.hash(), Optional.of(NOW.plusSeconds(1)), NOW)
            .rotatedAt(3, third.hash(), Optional.of(NOW.plusSeconds(5)), NOW);

    assertThat(ring(mint, twice).find(minted.secret())).contains(twice);
    assertThat(ring(mint, twice).find(second.shown())).contains(twice);
    assertThat(ring(mint, twice).find(third.shown())).contains(twice);
    assertThat(mint.matches(twice, presented(minted.secret()), NOW.plusSeconds(1))).isFalse();
    assertThat(mint.matches(twice, presented(second.shown()), NOW.plusSeconds(1))).isTrue();
    assertThat(mint.matches(twice, presented(second.shown()), NOW.plusSeconds(5))).isFalse();
    assertThat(mint.matches(twice, presented(third.shown()), NOW.plusSeconds(5))).isTrue();
    assertThat(ring(mint, twice.revokedAt(4)).find(second.shown())).isEmpty();
    assertThat(second.toString()).as("what a log may show").doesNotContain(second.shown());
  }

  @Test
  void aRotationWithoutOverlapEndsEverySecretBeforeIt() {
    KeyMint.Minted minted = minted(Optional.empty());
    KeyMint.Secret second = mint.another(minted.key().id());
    KeyMint.Secret third = mint.another(minted.key().id());
    ApiKey stolen =
        minted
            .key()
            .rotatedAt(2, second.hash(), Optional.of(NOW.plusSeconds(60)), NOW)
            .rotatedAt(3, third.hash(), Optional.empty(), NOW);

    assertThat(ring(mint, stolen).find(minted.secret())).isEmpty();
    assertThat(ring(mint, stolen).find(second.shown())).isEmpty();
    assertThat(ring(mint, stolen).find(third.shown())).contains(stolen);
  }

  private static KeyMint.Presented presented(String secret) {
    return KeyMint.parse(secret).orElseThrow();
  }

  @Test
  void takesTheKeyFromEitherHeader() {
    assertThat(KeyRing.shown(Optional.of("bearer a"), Optional.of("b"))).contains("a");
    assertThat(KeyRing.shown(Optional.of("Basic a"), Optional.of("b"))).contains("b");
    assertThat(KeyRing.shown(Optional.empty(), Optional.empty())).isEmpty();
  }
}
