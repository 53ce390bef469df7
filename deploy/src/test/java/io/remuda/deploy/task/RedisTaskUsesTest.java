package io.remuda.deploy.task;

import static io.remuda.deploy.task.TaskStage.get;
import static io.remuda.deploy.task.TaskStage.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.AclSetuserArgs;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.sync.RedisCommands;
import io.remuda.gateway.task.TaskUseStore;
import io.remuda.node.task.Claims;
import io.remuda.protocol.proto.task.TaskEnvelope;
import io.remuda.protocol.proto.task.TaskState;
import io.remuda.protocol.proto.task.TaskUse;
import io.remuda.protocol.task.TaskNames;
import io.remuda.protocol.task.TaskScripts;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.RedisServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What tasks used, in Redis; their queue is of no matter here. */
class RedisTaskUsesTest extends TaskUsesContract {

  /** Its own: what tasks used is one list, which other tests' tasks are noted in too. */
  private static final RedisServer REDIS = RedisServer.own();

  @TempDir Path folder;

  @AfterEach
  void forget() {
    REDIS.flush();
  }

  @Override
  Map<String, ?> places() {
    return Map.of(
        "remuda.node.data", folder.toString(),
        "remuda.tasks.results", REDIS.url());
  }

  /** A worker in another language runs the same script, and knows nothing of what is counted. */
  @Test
  void aWorkerThatNamesNoUseHasUsedARequest() {
    RedisClient client = RedisClient.create(REDIS.url());
    try (TaskStage.Machine machine = stage.machine();
        var connection = client.connect()) {
      TaskEnvelope task = stage.task("typed").toBuilder().setTenant("t".repeat(150)).build();
      Claims.Claim claim = get(machine.claims().claim(task)).orElseThrow();

      Long stored = fails(connection.sync(), claim);

      assertThat(stored).isEqualTo(1);
      assertThat(take(Duration.ofMinutes(1), 400).orElseThrow().uses())
          .extracting(TaskUseStore.Use::use)
          .containsExactly(
              TaskUse.newBuilder()
                  .setOwner(task.getTenant())
                  .setModel(task.getModel())
                  .setFailed(true)
                  .build());
    } finally {
      client.shutdown();
    }
  }

  @Test
  void aWorkerThatMayNotNoteWhatWasUsedEndsNothing() {
    RedisClient client = RedisClient.create(REDIS.url());
    try (TaskStage.Machine machine = stage.machine();
        var connection = client.connect()) {
      Claims.Claim claim = get(machine.claims().claim(stage.task("typed"))).orElseThrow();
      RedisCommands<String, String> redis = connection.sync();
      redis.aclSetuser(
          "narrow",
          AclSetuserArgs.Builder.on()
              .addPassword("narrow")
              .allCommands()
              .keyPattern("remuda:task*")
              .keyPattern("remuda:deadlines"));
      redis.auth("narrow", "narrow");

      assertThatThrownBy(() -> fails(redis, claim)).isInstanceOf(RedisException.class);

      assertThat(stage.read(claim.task()).orElseThrow().getState()).isEqualTo(TaskState.RUNNING);
      assertThat(get(machine.claims().failed(claim, "refused", "it cannot"))).isTrue();
      assertThat(take(Duration.ofMinutes(1), 400).orElseThrow().uses()).hasSize(1);
    } finally {
      client.shutdown();
    }
  }

  @Test
  void aRowThatCannotBeReadKeepsNoOtherFromBeingCounted() {
    RedisClient client = RedisClient.create(REDIS.url());
    try (TaskStage.Machine machine = stage.machine();
        var connection = client.connect()) {
      end(machine, 2);
      connection
          .sync()
          .rpush(TaskNames.USES, "", "1700000000000", "soon:", "1700000000000:\n\u0007");

      assertThat(take(Duration.ofMinutes(1), 400).orElseThrow().uses()).hasSize(2);
    } finally {
      client.shutdown();
    }
  }

  @Test
  void aPartOfAnEarlierVersionKeepsItsName() {
    RedisClient client = RedisClient.create(REDIS.url());
    try (TaskStage.Machine machine = stage.machine();
        var connection = client.connect()) {
      end(machine, 3);
      RedisCommands<String, String> redis = connection.sync();
      redis.rename(TaskNames.USES, TaskNames.USES + ":old");
      redis.zadd(TaskNames.USE_PARTS, 1, "old");

      TaskUseStore.Part part = take(Duration.ofMinutes(5), 400).orElseThrow();

      assertThat(part.lane()).isEqualTo("old");
      assertThat(part.number()).isEqualTo(1);
      assertThat(part.uses()).hasSize(3);
      assertThat(take(Duration.ZERO, 400)).isEmpty();
      get(stage.uses().done(part));
      assertThat(redis.exists(TaskNames.USES + ":old", TaskNames.USE_PARTS)).isZero();
    } finally {
      client.shutdown();
    }
  }

  /** As a replica that became the server without what was written last. */
  @Test
  void aNumberNeverComesTwiceAlthoughRedisIsSetBack() {
    RedisClient client = RedisClient.create(REDIS.url());
    try (TaskStage.Machine machine = stage.machine();
        var connection = client.connect()) {
      end(machine, 1);
      TaskUseStore.Part before = take(Duration.ofMinutes(5), 400).orElseThrow();
      get(stage.uses().done(before));
      RedisCommands<String, String> redis = connection.sync();
      redis.hset(TaskNames.USE_NUMBERS, before.lane(), "5");
      Eventually.isTrue(
          "its clock has gone on",
          Duration.ofSeconds(5),
          () -> Long.parseLong(redis.time().get(0) + "000") > before.number());
      end(machine, 1);

      TaskUseStore.Part after = take(Duration.ofMinutes(5), 400).orElseThrow();

      assertThat(after.lane()).isEqualTo(before.lane());
      assertThat(after.number()).isGreaterThan(before.number());
    } finally {
      client.shutdown();
    }
  }

  /** As a worker of another make says so. */
  private static Long fails(RedisCommands<String, String> redis, Claims.Claim claim) {
    TaskEnvelope task = claim.task();
    return redis.eval(
        TaskScripts.load().finish().text(),
        ScriptOutputType.INTEGER,
        new String[] {
          TaskNames.recordKey(id(task)), TaskNames.DEADLINES, TaskNames.tenantKey(task.getTenant())
        },
        task.getTaskId(),
        "1",
        claim.nonce(),
        "FAILED",
        "",
        "refused",
        "it cannot",
        "60000",
        task.getModel(),
        task.getSchemaFingerprint(),
        task.getTenant(),
        "" + task.getCreatedAtMillis(),
        "" + task.getDeadlineMillis(),
        "60000",
        "0");
  }
}
