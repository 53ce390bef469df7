package io.remuda.protocol.task;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.remuda.protocol.proto.task.TaskEnvelope;
import io.remuda.protocol.proto.task.TaskRecord;
import io.remuda.protocol.proto.task.TaskState;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** Bytes that lie in queues and result stores of running fleets: they are read for ever. */
class GoldenTasksTest {

  private static final String ENVELOPE =
      "0a03742d31120973656e74696d656e741a046162636422020a0028e80730904e3a0474656e61"
          + "42036b65794a0372657150901c";

  /** Since it counts its revivals. */
  private static final String REVIVED = ENVELOPE + "5803";

  private static final String RECORD =
      "0a03742d31120973656e74696d656e74180420022a016e30e80738d00f40904e4a020801"
          + "5201635a016d620461626364";

  /** Since it has a tenant and a progress. */
  private static final String RECORD_2 = RECORD + "6a0474656e61702a";

  /** Since a record outlives its result. */
  private static final String RECORD_3 = RECORD_2 + "7801";

  private static final TaskEnvelope SENT =
      TaskEnvelope.newBuilder()
          .setTaskId("t-1")
          .setModel("sentiment")
          .setSchemaFingerprint("abcd")
          .setPayload(ByteString.copyFrom(new byte[] {10, 0}))
          .setCreatedAtMillis(1000)
          .setDeadlineMillis(10_000)
          .setTenant("tena")
          .setIdempotencyKey("key")
          .setRequestId("req")
          .setResultTtlSeconds(3600)
          .build();

  private static final TaskRecord KEPT =
      TaskRecord.newBuilder()
          .setTaskId("t-1")
          .setModel("sentiment")
          .setState(TaskState.DONE)
          .setAttempt(2)
          .setClaimNonce("n")
          .setCreatedAtMillis(1000)
          .setFinishedAtMillis(2000)
          .setDeadlineMillis(10_000)
          .setResult(ByteString.copyFrom(new byte[] {8, 1}))
          .setErrorCode("c")
          .setErrorMessage("m")
          .setSchemaFingerprint("abcd")
          .build();

  @Test
  void anEnvelopeOfTheFirstVersionIsRead() throws Exception {
    assertThat(HexFormat.of().formatHex(SENT.toByteArray())).isEqualTo(ENVELOPE);
    assertThat(TaskEnvelope.parseFrom(HexFormat.of().parseHex(ENVELOPE))).isEqualTo(SENT);
  }

  @Test
  void anEnvelopeThatWasRevivedIsRead() throws Exception {
    TaskEnvelope revived = SENT.toBuilder().setRevivals(3).build();

    assertThat(HexFormat.of().formatHex(revived.toByteArray())).isEqualTo(REVIVED);
    assertThat(TaskEnvelope.parseFrom(HexFormat.of().parseHex(REVIVED))).isEqualTo(revived);
  }

  @Test
  void aRecordOfTheFirstVersionIsRead() throws Exception {
    assertThat(HexFormat.of().formatHex(KEPT.toByteArray())).isEqualTo(RECORD);
    assertThat(TaskRecord.parseFrom(HexFormat.of().parseHex(RECORD))).isEqualTo(KEPT);
  }

  @Test
  void aRecordWithTenantAndProgressIsRead() throws Exception {
    TaskRecord kept = KEPT.toBuilder().setTenant("tena").setProgressPercent(42).build();

    assertThat(HexFormat.of().formatHex(kept.toByteArray())).isEqualTo(RECORD_2);
    assertThat(TaskRecord.parseFrom(HexFormat.of().parseHex(RECORD_2))).isEqualTo(kept);
  }

  @Test
  void aRecordWhoseResultIsGoneIsRead() throws Exception {
    TaskRecord kept =
        KEPT.toBuilder().setTenant("tena").setProgressPercent(42).setResultExpired(true).build();

    assertThat(HexFormat.of().formatHex(kept.toByteArray())).isEqualTo(RECORD_3);
    assertThat(TaskRecord.parseFrom(HexFormat.of().parseHex(RECORD_3))).isEqualTo(kept);
  }

  @Test
  void aFieldOfALaterVersionIsKept() throws Exception {
    byte[] later =
        (HexFormat.of().formatHex(SENT.toByteArray()) + "f80601")
            .getBytes(StandardCharsets.US_ASCII);
    TaskEnvelope read =
        TaskEnvelope.parseFrom(
            HexFormat.of().parseHex(new String(later, StandardCharsets.US_ASCII)));

    assertThat(read.getTaskId()).isEqualTo("t-1");
    assertThat(read.toByteArray()).hasSize(later.length / 2);
  }
}
