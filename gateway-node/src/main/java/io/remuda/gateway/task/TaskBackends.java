package io.remuda.gateway.task;

import akka.actor.Cancellable;
import akka.actor.typed.ActorSystem;
import com.typesafe.config.Config;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
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
 * The gateway's task queue and result store, as {@code remuda.tasks} names them. Both reconnect by
 * themselves; {@link #unavailable} says whether tasks can be taken now.
 */
public final class TaskBackends implements AutoCloseable {

  private final TaskSettings settings;
  private final ActorSystem<?> local;
  private final TaskBell bell;
  private final Map<Database, TaskDatabase> databases = new HashMap<>();
  private final Deque<AutoCloseable> parts = new ArrayDeque<>();
  private final Optional<TaskQueue> queue;
  private final Optional<ResultStore> results;
  private Optional<PendingHooks> hooks = Optional.empty();
  private Optional<Shelf> shelf = Optional.empty();
  private Optional<TaskUseStore> uses = Optional.empty();

  private TaskBackends(ActorSystem<?> local, TaskBell bell, TaskSettings settings) {
    this.local = local;
    this.bell = bell;
    this.settings = settings;
    this.results = openResults();
    this.queue = openQueue();
  }

  /**
   * Opens what is configured, and returns at once whether or not it can be reached. Throws
   * IllegalArgumentException when an address or the file of certificates cannot be used.
   */
  public static TaskBackends open(ActorSystem<?> local, NodeHome home, Config config) {
    return new TaskBackends(local, home.taskBell(), TaskSettings.from(config, home.dir()));
  }

  /** Where tasks are submitted; empty when none is configured for this node. */
  public Optional<TaskQueue> queue() {
    return queue;
  }

  /** Where tasks are read; empty when none is configured for this node. */
  public Optional<ResultStore> results() {
    return results;
  }

  /** Where webhooks wait that have not been delivered: beside the results. */
  public Optional<PendingHooks> hooks() {
    return hooks;
  }

  /** Where files and batches are kept: beside the results. */
  public Optional<Shelf> shelf() {
    return shelf;
  }

  /** Where it is kept what tasks used until it is handed in: beside the results. */
  public Optional<TaskUseStore> uses() {
    return uses;
  }

  /** Why no task can be taken now, and what to do about it; empty when one can. */
  public Optional<Refused> unavailable() {
    if (settings.queue() instanceof Nowhere nowhere) {
      return refused(nowhere.reason());
    }
    if (settings.results() instanceof Nowhere nowhere) {
      return refused(nowhere.reason());
    }
    return results
        .flatMap(ResultStore::health)
        .or(() -> queue.flatMap(TaskQueue::health))
        .flatMap(reason -> refused(reason + "; nothing accepted is lost, try again in a moment"));
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

  private static Optional<Refused> refused(String sentence) {
    return Optional.of(Refused.of(ErrorCode.STORE_UNAVAILABLE, sentence));
  }

  private Optional<ResultStore> openResults() {
    if (settings.results() instanceof Redis redis) {
      RedisLink link = RedisLink.open(redis.uri(), settings);
      hooks = Optional.of(new RedisHooks(link));
      shelf = Optional.of(new RedisShelf(link));
      uses = Optional.of(new RedisTaskUses(link));
      return Optional.of(kept(new RedisResultStore(link, settings)));
    }
    if (settings.results() instanceof Database place) {
      hooks = Optional.of(new JdbcHooks(database(place)));
      JdbcShelf files = new JdbcShelf(database(place));
      sweep(files::sweep);
      shelf = Optional.of(files);
      JdbcTaskUses used = new JdbcTaskUses(database(place));
      sweep(used::sweep);
      uses = Optional.of(used);
      JdbcResultStore store = new JdbcResultStore(database(place), settings);
      sweep(store::sweep);
      return Optional.of(kept(store));
    }
    return Optional.empty();
  }

  private Optional<TaskQueue> openQueue() {
    if (settings.queue() instanceof TaskSettings.Broker broker) {
      return Optional.of(kept(new RabbitTaskQueue(local, broker, settings)));
    }
    if (settings.queue() instanceof Database place) {
      JdbcTaskQueue tasks = new JdbcTaskQueue(database(place), bell, settings.timeout());
      sweep(tasks::sweep);
      return Optional.of(kept(tasks));
    }
    return Optional.empty();
  }

  /** One set of connections, though queue and results lie in the same database. */
  private TaskDatabase database(Database place) {
    return databases.computeIfAbsent(
        place, missing -> kept(TaskTables.open(place, settings, local.executionContext())));
  }

  /** What a sweep cannot remove now, the next one does. */
  private void sweep(Runnable sweep) {
    Cancellable sweeping =
        local
            .scheduler()
            .scheduleWithFixedDelay(
                settings.sweepInterval(),
                settings.sweepInterval(),
                sweep,
                local.executionContext());
    parts.push(sweeping::cancel);
  }

  private <T extends AutoCloseable> T kept(T part) {
    parts.push(part);
    return part;
  }
}
