package io.remuda.deploy.task;

import static io.remuda.deploy.task.TaskStage.get;
import static io.remuda.deploy.task.TaskStage.id;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.remuda.node.task.Claims.Claim;
import io.remuda.protocol.proto.task.TaskEnvelope;
import io.remuda.protocol.proto.task.TaskState;
import io.remuda.protocol.task.TaskNames;
import io.remuda.protocol.testing.RabbitServer;
import io.remuda.protocol.testing.RedisServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * How long an idempotency key lives in Redis: as long as its task's record, at every step of the
 * task's way. A key that was forgotten before would let the same request run twice.
 */
@Tag("server")
class RedisKeyLivesTest {

  /** Two commands of one script may be of two milliseconds. */
  private static final long TOGETHER_MILLIS = 5;

  private final RedisServer redis = RedisServer.shared();
  private TaskStage stage;

  @BeforeEach
  void open() {
    stage =
        TaskStage.open(
            Map.of(
                "remuda.tasks.queue", RabbitServer.shared().url(),
                "remuda.tasks.results", redis.url()));
  }

  @AfterEach
  void close() {
    stage.close();
  }

  @Test
  void aKeyOfATaskThatNeverEndsIsKeptWithItsRecord() throws Exception {
    TaskEnvelope task = submitted("never ends");

    assertThat(keyBeyondRecord(task)).isNotNegative();
  }

  @Test
  void aKeyIsKeptAndForgottenWithTheRecordOfATaskThatIsDone() throws Exception {
    try (TaskStage.Machine machine = stage.machine()) {
      TaskEnvelope task = submitted("is done");

      Claim claim = get(machine.claims().claim(task)).orElseThrow();
      assertThat(keyBeyondRecord(task)).isBetween(0L, TOGETHER_MILLIS);
      assertThat(get(machine.claims().done(claim, ByteString.copyFromUtf8("it")))).isTrue();

      assertThat(keyBeyondRecord(task)).isBetween(0L, TOGETHER_MILLIS);
    }
  }

  @Test
  void soItIsOfATaskThatWasGivenUpAndRevived() throws Exception {
    TaskEnvelope task = submitted("is given up");

    assertThat(get(stage.results().bury(id(task), 0, "given up", Instant.now())))
        .isEqualTo(TaskState.FAILED);
    assertThat(keyBeyondRecord(task)).isBetween(0L, TOGETHER_MILLIS);

    get(stage.results().revive(id(task), Instant.now()));
    assertThat(keyBeyondRecord(task)).isBetween(0L, TOGETHER_MILLIS);
  }

  private TaskEnvelope submitted(String key) {
    TaskEnvelope task =
        stage.task("pay", Duration.ofHours(1)).toBuilder()
            .setIdempotencyKey(key)
            .setResultTtlSeconds(60)
            .build();
    get(stage.results().submitting(task));
    get(stage.results().queued(id(task)));
    return task;
  }

  /** Milliseconds; both are read at one moment. */
  private long keyBeyondRecord(TaskEnvelope task) throws IOException {
    String key = TaskNames.idempotencyKey(task.getTenant(), task.getIdempotencyKey());
    String script =
        "local key, record = redis.call('PTTL', KEYS[1]), redis.call('PTTL', KEYS[2])"
            + " if key < 0 or record < 0 then return redis.error_reply('one lives for ever') end"
            + " return key - record";
    try (Socket socket = new Socket(redis.host(), redis.port())) {
      socket.setSoTimeout(30_000);
      socket
          .getOutputStream()
          .write(command("EVAL", script, "2", key, TaskNames.recordKey(id(task))));
      String answer =
          new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))
              .readLine();
      assertThat(answer).startsWith(":");
      return Long.parseLong(answer.substring(1));
    }
  }

  private static byte[] command(String... words) {
    StringBuilder command = new StringBuilder("*" + words.length + "\r\n");
    for (String word : words) {
      command.append('$').append(word.getBytes(StandardCharsets.UTF_8).length).append("\r\n");
      command.append(word).append("\r\n");
    }
    return command.toString().getBytes(StandardCharsets.UTF_8);
  }
}
