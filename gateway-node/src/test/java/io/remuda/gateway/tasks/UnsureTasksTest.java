package io.remuda.gateway.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class UnsureTasksTest {

  private final UnsureTasks tasks = new UnsureTasks(2);

  @Test
  void remembersTheLatestAndNoMore() {
    tasks.add("a");
    tasks.add("b");
    tasks.add("b");
    assertThat(tasks.has("a")).isTrue();

    tasks.add("c");

    assertThat(tasks.has("a")).isFalse();
    assertThat(tasks.has("b")).isTrue();
    assertThat(tasks.has("c")).isTrue();
  }

  @Test
  void theLatestAreThoseThatWereUnsureLast() {
    tasks.add("a");
    tasks.add("b");
    tasks.add("a");

    tasks.add("c");

    assertThat(tasks.has("a")).isTrue();
    assertThat(tasks.has("b")).isFalse();
  }

  @Test
  void forgetsWhatIsNoted() {
    tasks.add("a");
    tasks.remove("a");

    assertThat(tasks.has("a")).isFalse();
  }
}
