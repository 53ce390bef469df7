package io.remuda.deploy.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class AskedTest {

  private final AtomicInteger times = new AtomicInteger();

  private final AtomicInteger seconds = new AtomicInteger();
  private final Asked asked =
      new Asked(() -> times.incrementAndGet() == 1, () -> Duration.ofSeconds(seconds.get()));

  @Test
  void asksNobodyBeforeTheAnswerIsWanted() {
    assertThat(times).hasValue(0);
    assertThat(asked.answered()).isEmpty();
    assertThat(asked.yes()).isTrue();
  }

  @Test
  void isAsOldAsItsFirstAnswer() {
    seconds.set(3);
    asked.yes();

    seconds.set(9);
    asked.yes();

    assertThat(asked.answered()).contains(Duration.ofSeconds(3));
  }

  @Test
  void keepsItsFirstAnswer() {
    asked.yes();

    assertThat(asked.yes()).isTrue();
    assertThat(times).hasValue(1);
  }
}
