package io.remuda.gateway.task;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.id.TaskId;
import io.remuda.protocol.task.TaskBell;
import io.remuda.protocol.task.TaskDatabase;
import io.remuda.protocol.task.TaskNames;
import io.remuda.protocol.task.TaskSettings;
import io.remuda.protocol.testing.PostgresServer;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Given-up tasks in tables: neither too many of them are kept nor too old ones. */
class ForgottenLettersTest {

  private static final String LETTER =
      "INSERT INTO \"remuda_tasks\".task_dead"
          + " (queue, task_id, envelope, deadline, reason, given_up_at, buried)"
          + " VALUES ('q', ?, ?, 0, 'poison', ?, ?)";

  @TempDir Path folder;

  @Test
  void inH2() throws Exception {
    theOldestAreForgotten(
        new TaskSettings.Database("jdbc:h2:file:" + folder.resolve("tasks"), "sa", "", true));
  }

  @Test
  @Tag("server")
  void inPostgres() throws Exception {
    PostgresServer server = PostgresServer.shared();
    theOldestAreForgotten(
        new TaskSettings.Database(server.newDatabase(), server.user(), server.password(), false));
  }

  private void theOldestAreForgotten(TaskSettings.Database place) throws Exception {
    TaskSettings settings =
        TaskSettings.from(
            ConfigFactory.parseString("remuda.tasks.timeout = 60s")
                .withFallback(ConfigFactory.load()),
            folder);
    try (TaskDatabase database = TaskTables.open(place, settings, Runnable::run)) {
      JdbcTaskQueue queue = new JdbcTaskQueue(database, new TaskBell(), Duration.ofSeconds(30));
      // given letters of which some are old, and one of these has no end yet
      Instant now = Instant.now();
      letter(database, "old_unburied", now.minus(Duration.ofDays(40)), false);
      letter(database, "old", now.minus(Duration.ofDays(40)), true);
      for (int i = 1; i <= 5; i++) {
        letter(database, "new_" + i, now, true);
      }
      assertThat(get(queue.deadCount())).isEqualTo(7);

      // when there is room for all: only age counts
      assertThat(get(queue.sweepDead(100, TaskNames.DEAD_MILLIS))).isEqualTo(1);
      assertThat(listed(queue))
          .containsExactly("old_unburied", "new_1", "new_2", "new_3", "new_4", "new_5");

      // when there is room for three: the newest stay, and what still has to be told of
      assertThat(get(queue.sweepDead(3, TaskNames.DEAD_MILLIS))).isEqualTo(2);
      assertThat(listed(queue)).containsExactly("old_unburied", "new_3", "new_4", "new_5");
      assertThat(get(queue.sweepDead(3, TaskNames.DEAD_MILLIS))).isZero();

      // and so does the sweep that goes on by itself
      assertThat(get(queue.sweep())).isZero();
      assertThat(get(queue.deadCount())).isEqualTo(4);
    }
  }

  private static List<String> listed(JdbcTaskQueue queue) throws Exception {
    return get(queue.dead(100)).stream()
        .map(dead -> new TaskId(dead.task().getTaskId()).value().substring("tk_".length()))
        .toList();
  }

  private static void letter(TaskDatabase database, String name, Instant at, boolean buried)
      throws Exception {
    get(
        database.<Integer>alone(
            connection -> {
              try (PreparedStatement insert = connection.prepareStatement(LETTER)) {
                insert.setString(1, "tk_" + name);
                insert.setBytes(2, new byte[] {(byte) 0xff});
                insert.setLong(3, at.toEpochMilli());
                insert.setBoolean(4, buried);
                return insert.executeUpdate();
              }
            }));
  }

  private static <T> T get(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(60, TimeUnit.SECONDS);
  }
}
