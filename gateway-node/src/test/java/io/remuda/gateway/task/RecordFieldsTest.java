package io.remuda.gateway.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.proto.task.TaskRecord;
import io.remuda.protocol.proto.task.TaskState;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RecordFieldsTest {

  @Test
  void eachColumnOfAListingIsItsOwnField() {
    List<byte[]> row =
        Stream.of(
                "a-task",
                "FAILED",
                "a-model",
                "a-print",
                "a-tenant",
                "3",
                "a-nonce",
                "11",
                "22",
                "33",
                "a-code",
                "a message",
                "44",
                "1")
            .map(RecordFieldsTest::bytes)
            .toList();

    assertThat(RecordFields.rows(List.of(row)))
        .containsExactly(
            TaskRecord.newBuilder()
                .setTaskId("a-task")
                .setState(TaskState.FAILED)
                .setModel("a-model")
                .setSchemaFingerprint("a-print")
                .setTenant("a-tenant")
                .setAttempt(3)
                .setClaimNonce("a-nonce")
                .setCreatedAtMillis(11)
                .setFinishedAtMillis(22)
                .setDeadlineMillis(33)
                .setErrorCode("a-code")
                .setErrorMessage("a message")
                .setProgressPercent(44)
                .setResultExpired(true)
                .build());
  }

  @Test
  void aRecordWithoutAStateHasAnUnspecifiedOne() {
    assertThat(RecordFields.stateOf(bytes(""))).isEqualTo(TaskState.TASK_STATE_UNSPECIFIED);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
