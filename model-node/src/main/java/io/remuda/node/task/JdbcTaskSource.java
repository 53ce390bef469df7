package io.remuda.node.task;

import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.task.TaskBell;
import io.remuda.protocol.task.TaskDatabase;
import io.remuda.protocol.task.TaskNames;
import io.remuda.protocol.task.TaskSettings;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.function.Function;

/**
 * Tasks from a table. A worker leases what it takes and renews that while it lives, so that tasks
 * of a dead one come back after {@code remuda.tasks.database.lease}.
 */
final class JdbcTaskSource implements TaskSource {

  private final TaskDatabase database;
  private final boolean embedded;
  private final TaskBell bell;
  private final TaskSettings settings;
  private final Executor workers;
  private final ScheduledThreadPoolExecutor timer;
  private final Set<JdbcConsumption> open = ConcurrentHashMap.newKeySet();

  /**
   * @param embedded whether it is of H2, which this process has for itself
   * @param bell rings when a gateway in this process has put something into the same database
   * @param workers where tasks are handed over
   */
  JdbcTaskSource(
      TaskDatabase database,
      boolean embedded,
      TaskBell bell,
      TaskSettings settings,
      Executor workers) {
    this.database = database;
    this.embedded = embedded;
    this.bell = bell;
    this.settings = settings;
    this.workers = workers;
    this.timer =
        new ScheduledThreadPoolExecutor(
            1,
            work -> {
              Thread thread = new Thread(work, "remuda-node-tasks-poll");
              thread.setDaemon(true);
              return thread;
            });
    timer.setRemoveOnCancelPolicy(true);
  }

  @Override
  public Consumption consume(
      ModelName model,
      String fingerprint,
      int window,
      Function<Delivery, CompletionStage<Verdict>> work) {
    JdbcConsumption consumption =
        new JdbcConsumption(
            database,
            embedded,
            TaskNames.queue(model, fingerprint),
            window,
            settings.lease(),
            work,
            workers,
            open::remove);
    open.add(consumption);
    consumption.start(timer, settings.pollInterval(), bell);
    return consumption;
  }

  /** Ends all consumptions; the database is closed by whoever opened it. */
  @Override
  public void close() {
    open.forEach(JdbcConsumption::close);
    timer.shutdownNow();
  }
}
