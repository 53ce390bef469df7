package io.remuda.protocol.task;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One thread with one connection, which does work in groups that share a transaction. */
final class DatabaseLane {

  private static final Logger LOG = LoggerFactory.getLogger(DatabaseLane.class);
  private static final int MAX_WAITING = 8_192;
  private static final long CLOSE_MILLIS = 5_000;
  private static final long LOOK_MILLIS = 1_000;
  private static final int VALID_SECONDS = 2;

  private record Item<T>(String key, TaskDatabase.Work<T> work, CompletableFuture<T> answer) {

    /** Runs the work; gives what completes the answer once the transaction is committed. */
    Runnable run(Connection connection) throws SQLException {
      T result = work.run(connection);
      return () -> answer.complete(result);
    }
  }

  private final BlockingQueue<Item<?>> items = new ArrayBlockingQueue<>(MAX_WAITING);
  private final TaskDatabase.Connections connections;
  private final int groupSize;
  private final long retryNanos;
  private final Executor callbacks;
  private final Thread thread;
  private @Nullable Connection connection;
  private long retryAt;
  private volatile Optional<String> health = Optional.empty();
  private volatile boolean closed;

  DatabaseLane(
      String name,
      TaskDatabase.Connections connections,
      int groupSize,
      Duration retryPause,
      Executor callbacks) {
    this.connections = connections;
    this.groupSize = groupSize;
    this.retryNanos = retryPause.toNanos();
    this.callbacks = callbacks;
    this.retryAt = System.nanoTime();
    this.thread = new Thread(this::work, name);
    thread.setDaemon(true);
    thread.start();
  }

  <T> boolean offer(String key, TaskDatabase.Work<T> work, CompletableFuture<T> answer) {
    return !closed && items.offer(new Item<>(key, work, answer));
  }

  int waiting() {
    return items.size();
  }

  Optional<String> health() {
    return health;
  }

  void close() {
    closed = true;
    // Never interrupted: an embedded database, the journal's too, closes its file on an interrupt.
    items.offer(new Item<>("", connection -> false, CompletableFuture.completedFuture(false)));
    try {
      thread.join(CLOSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void work() {
    List<Item<?>> group = new ArrayList<>();
    while (!closed) {
      try {
        Item<?> first = items.poll();
        if (first == null) {
          beConnected();
          first = items.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
        }
        if (first == null) {
          continue;
        }
        group.add(first);
        items.drainTo(group, groupSize - 1);
        // Whoever asked has gone: nobody would take the result.
        group.removeIf(item -> item.answer().isDone());
        if (!group.isEmpty()) {
          together(group);
        }
      } catch (InterruptedException e) {
        // Nobody has a reason to; the loop's condition knows whether it is time to end.
      } catch (RuntimeException | Error e) {
        // Whatever it is: without this thread nothing would be written any more, and nobody told.
        LOG.error("event=task-database-failed", e);
        fail(group, new SQLException("the database of tasks failed", e));
      }
      group.clear();
    }
    disconnect();
    items.drainTo(group);
    fail(group, new SQLException("the database of tasks is closed"));
  }

  private void together(List<Item<?>> group) {
    Connection open;
    try {
      open = connected();
    } catch (SQLException e) {
      fail(group, e);
      return;
    }
    group.sort(Comparator.comparing(Item::key));
    try {
      answer(commit(open, group));
    } catch (SQLException e) {
      if (rolledBack(open)) {
        oneByOne(open, group);
      } else {
        lost(e);
        fail(group, e);
      }
    }
  }

  /** A second chance for each: another process may have been first with the same key. */
  private void oneByOne(Connection open, List<Item<?>> group) {
    for (Item<?> item : group) {
      try {
        answer(commit(open, List.of(item)));
      } catch (SQLException e) {
        fail(List.of(item), e);
        if (!rolledBack(open)) {
          lost(e);
          fail(group, e);
          return;
        }
      }
    }
  }

  private static List<Runnable> commit(Connection open, List<Item<?>> group) throws SQLException {
    List<Runnable> answers = new ArrayList<>(group.size());
    for (Item<?> item : group) {
      try {
        answers.add(item.run(open));
      } catch (RuntimeException | Error e) {
        // Rolled back like any other failure: the next group must not commit its half.
        throw new SQLException("the work on the database of tasks failed", e);
      }
    }
    open.commit();
    return answers;
  }

  /** While nobody waits: making the tables and the first connection may take a second. */
  private void beConnected() {
    if (System.nanoTime() - retryAt < 0) {
      return;
    }
    try {
      connected();
    } catch (SQLException e) {
      // The health says so, and the next look tries again.
      LOG.debug("event=task-database-away", e);
    }
  }

  private Connection connected() throws SQLException {
    Connection open = connection;
    if (open != null) {
      return open;
    }
    if (System.nanoTime() - retryAt < 0) {
      throw new SQLException(health.orElse("the database of tasks is away"));
    }
    try {
      open = connections.open();
      open.setAutoCommit(false);
      connection = open;
      health = Optional.empty();
      return open;
    } catch (SQLException | RuntimeException e) {
      lost(e);
      throw e instanceof SQLException away ? away : new SQLException(e.getMessage(), e);
    }
  }

  private void lost(Exception why) {
    retryAt = System.nanoTime() + retryNanos;
    String reason =
        "the database of tasks does not answer: "
            + TaskSettings.withoutSecrets(String.valueOf(why.getMessage()));
    if (health.isEmpty()) {
      LOG.warn("event=task-database-away reason={}", reason);
    }
    health = Optional.of(reason);
    disconnect();
  }

  private static boolean rolledBack(Connection open) {
    try {
      open.rollback();
      return open.isValid(VALID_SECONDS);
    } catch (SQLException e) {
      return false;
    }
  }

  private void disconnect() {
    Connection open = connection;
    connection = null;
    if (open != null) {
      try {
        open.close();
      } catch (SQLException e) {
        LOG.debug("event=task-database-close-failed", e);
      }
    }
  }

  private void answer(List<Runnable> answers) {
    later(() -> answers.forEach(Runnable::run));
  }

  private void fail(List<Item<?>> group, SQLException why) {
    List<Item<?>> failed = List.copyOf(group);
    later(() -> failed.forEach(item -> item.answer().completeExceptionally(why)));
  }

  private void later(Runnable callback) {
    try {
      callbacks.execute(callback);
    } catch (RejectedExecutionException | IllegalStateException e) {
      // The node is ending; whoever still waits is told on this thread.
      callback.run();
    }
  }
}
