package io.remuda.protocol.id;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TaskIdTest {

  @Test
  void aMintedIdTellsItsDeadline() {
    Instant deadline = Instant.parse("2026-11-20T19:00:00.123Z");

    TaskId id = TaskId.mint(deadline, new Random(1));

    assertThat(id.value()).startsWith("tk_").hasSizeLessThanOrEqualTo(40);
    assertThat(id.deadline()).contains(deadline);
    assertThat(TaskId.parse(id.value())).contains(id);
  }

  @Test
  void idsOfOneDeadlineDiffer() {
    Random random = new Random(2);
    Set<TaskId> ids = new HashSet<>();
    for (int i = 0; i < 1_000; i++) {
      ids.add(TaskId.mint(Instant.EPOCH, random));
    }
    assertThat(ids).hasSize(1_000);
  }

  @Test
  void anotherIdTellsNone() {
    for (String other :
        new String[] {"t-1", "tk_", "tk_zzz", "tk_99999999999999_0123456789abcdefghij", "tk_1_A"}) {
      assertThat(TaskId.parse(other).flatMap(TaskId::deadline)).isEmpty();
    }
  }
}
