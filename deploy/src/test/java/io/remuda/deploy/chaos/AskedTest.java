package io.remuda.deploy.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class AskedTest {

  private final AtomicInteger times = new AtomicInteger();

  @Test
  void asksNobodyBeforeTheAnswerIsWanted() {
    Asked asked = new Asked(() -> times.incrementAndGet() == 1);

    assertThat(times).hasValue(0);
    assertThat(asked.yes()).isTrue();
  }

  @Test
  void keepsItsFirstAnswer() {
    Asked asked = new Asked(() -> times.incrementAndGet() == 1);

    asked.yes();

    assertThat(asked.yes()).isTrue();
    assertThat(times).hasValue(1);
  }
}
