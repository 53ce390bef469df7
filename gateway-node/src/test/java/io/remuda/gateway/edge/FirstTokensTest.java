package io.remuda.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** How soon streams begin, as it is told to the registry. */
class FirstTokensTest {

  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private final FirstTokens tokens = new FirstTokens(Duration.ofSeconds(10));

  @Test
  void tellsTheTimeThatNineOfTenStayBelow() {
    for (int i = 1; i <= 10; i++) {
      tokens.seen("chat", 0, i * SECOND);
    }

    assertThat(told(0)).hasValue(Duration.ofSeconds(9));
  }

  @Test
  void whatBeganLongAgoDoesNotCount() {
    tokens.seen("chat", 0, 9 * SECOND);
    tokens.seen("chat", 5 * SECOND, SECOND);

    assertThat(told(11 * SECOND)).hasValue(Duration.ofSeconds(1));
    assertThat(told(16 * SECOND)).isEmpty();
  }

  @Test
  void ofManyTheLastCount() {
    for (int i = 0; i < 1_000; i++) {
      tokens.seen("chat", 0, 9 * SECOND);
    }
    for (int i = 0; i < 200; i++) {
      tokens.seen("chat", 0, SECOND);
    }

    assertThat(told(0)).hasValue(Duration.ofSeconds(1));
  }

  @Test
  void forgetsModelsThatAreGone() {
    tokens.seen("chat", 0, SECOND);

    tokens.percentiles(Set.of("other"), 0);

    assertThat(told(0)).isEmpty();
  }

  private Optional<Duration> told(long now) {
    return Optional.ofNullable(tokens.percentiles(Set.of("chat"), now).get("chat"));
  }
}
