package io.remuda.node.task;

import akka.actor.typed.ActorSystem;
import com.typesafe.config.Config;
import io.remuda.protocol.config.NodeHome;
import io.remuda.protocol.task.TaskBell;
import io.remuda.protocol.task.TaskDatabase;
import io.remuda.protocol.task.TaskSettings;
import io.remuda.protocol.task.TaskSettings.Database;
import io.remuda.protocol.task.TaskSettings.Nowhere;
import io.remuda.protocol.task.TaskSettings.Redis;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A machine's task source and claims, as {@code remuda.tasks} names them. Both reconnect by
 * themselves.
 */
public final class TaskBackends implements AutoCloseable {

  private final TaskSettings settings;
  private final ActorSystem<?> local;
  private final TaskBell bell;
  private final Map<Database, TaskDatabase> databases = new HashMap<>();
  private final Deque<AutoCloseable> parts = new ArrayDeque<>();
  private final Optional<TaskSource> source;
  private final Optional<Claims> claims;

  private TaskBackends(ActorSystem<?> local, TaskBell bell, TaskSettings settings) {
    this.local = local;
    this.bell = bell;
    this.settings = settings;
    this.claims = openClaims();
    this.source = openSource();
  }

  /**
   * Opens what is configured, and returns at once whether or not it can be reached. Throws
   * IllegalArgumentException when an address or the file of certificates cannot be used.
   */
  public static TaskBackends open(ActorSystem<?> local, NodeHome home, Config config) {
    return new TaskBackends(local, home.taskBell(), TaskSettings.from(config, home.dir()));
  }

  /** Where tasks come from; empty when none is configured for this machine. */
  public Optional<TaskSource> source() {
    return source;
  }

  /** Where results go; empty when none is configured for this machine. */
  public Optional<Claims> claims() {
    return claims;
  }

  /** Why this machine has no tasks at all, and what to configure; empty when it has. */
  public Optional<String> unavailable() {
    return settings.queue() instanceof Nowhere queue
        ? Optional.of(queue.reason())
        : settings.results() instanceof Nowhere results
            ? Optional.of(results.reason())
            : Optional.empty();
  }

  @Override
  public void close() {
    while (!parts.isEmpty()) {
      try {
        parts.pop().close();
      } catch (Exception e) {
        local.log().warn("event=stop-incomplete part=tasks", e);
      }
    }
  }

  private Optional<Claims> openClaims() {
    if (settings.results() instanceof Redis redis) {
      return Optional.of(kept(new RedisClaims(RedisLink.open(redis.uri(), settings), settings)));
    }
    if (settings.results() instanceof Database place) {
      return Optional.of(kept(new JdbcClaims(database(place), settings)));
    }
    return Optional.empty();
  }

  private Optional<TaskSource> openSource() {
    if (settings.queue() instanceof TaskSettings.Broker broker) {
      return Optional.of(kept(new RabbitTaskSource(local, broker, settings)));
    }
    if (settings.queue() instanceof Database place) {
      return Optional.of(
          kept(
              new JdbcTaskSource(
                  database(place), place.embedded(), bell, settings, local.executionContext())));
    }
    return Optional.empty();
  }

  /** One set of connections, though tasks and results lie in the same database. */
  private TaskDatabase database(Database place) {
    return databases.computeIfAbsent(
        place, missing -> kept(TaskTables.open(place, settings, local.executionContext())));
  }

  private <T extends AutoCloseable> T kept(T part) {
    parts.push(part);
    return part;
  }
}
