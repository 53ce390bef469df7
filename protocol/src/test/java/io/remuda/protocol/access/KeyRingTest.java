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
  void takesTheKeyFromEitherHeader() {
    assertThat(KeyRing.shown(Optional.of("bearer a"), Optional.of("b"))).contains("a");
    assertThat(KeyRing.shown(Optional.of("Basic a"), Optional.of("b"))).contains("b");
    assertThat(KeyRing.shown(Optional.empty(), Optional.empty())).isEmpty();
  }
}
