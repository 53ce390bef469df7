package io.remuda.protocol.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.id.TaskId;
import org.junit.jupiter.api.Test;

/** Names that workers in other languages use as well, and stores keep: none may change. */
class TaskNamesTest {

  private static final TaskId ID = new TaskId("tk_mx1z5er7_q9ckuul0o50t1463opgd");

  @Test
  void queuesAreOfAModelAndTheBeginningOfItsFingerprint() {
    ModelName model = new ModelName("sentiment");

    assertThat(TaskNames.queue(model, "0123456789abcdef"))
        .isEqualTo("remuda.tasks.sentiment.0123456789ab");
    assertThat(TaskNames.queue(model, "")).isEqualTo("remuda.tasks.sentiment.untyped");
  }

  @Test
  void keysOfTheResultStore() {
    assertThat(TaskNames.recordKey(ID)).isEqualTo("remuda:task:tk_mx1z5er7_q9ckuul0o50t1463opgd");
    assertThat(TaskNames.resultKey(ID))
        .isEqualTo("remuda:task:tk_mx1z5er7_q9ckuul0o50t1463opgd:result");
    assertThat(TaskNames.tenantKey("acme")).isEqualTo("remuda:tasks:acme");
    assertThat(TaskNames.DEADLINES).isEqualTo("remuda:deadlines");
    assertThat(TaskNames.idempotencyKey("acme", "order-7"))
        .matches("remuda:once:[0-9a-f]{64}")
        .isNotEqualTo(TaskNames.idempotencyKey("acm", "eorder-7"));
  }
}
