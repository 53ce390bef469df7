package io.remuda.protocol.task;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * A database of tasks, asked without blocking the caller: work runs on a few threads of its own,
 * each with one connection, which is made anew when it is lost. Every stage completes within the
 * time-out, on the given executor; what has not begun by then is not done any more.
 *
 * <p>Writes of one moment share a transaction, in the order of their keys, so that a commit to disk
 * serves many of them and two processes never wait for each other crosswise. A group that fails is
 * rolled back and tried one by one.
 */
public final class TaskDatabase implements AutoCloseable {

  private static final int GROUP = 128;

  /** Work with a connection; the transaction around it is not its business. */
  public interface Work<T> {
    T run(Connection connection) throws SQLException;
  }

  /** Makes connections whose schema is up to date; blocks. */
  public interface Connections {
    Connection open() throws SQLException;
  }

  private final Duration timeout;
  private final List<DatabaseLane> readers = new ArrayList<>();
  private final DatabaseLane writer;

  /**
   * Starts the threads; connects at the first work.
   *
   * @param retryPause after a failed connect, so long all work is refused at once
   * @param callbacks where stages are completed
   */
  public TaskDatabase(
      String name,
      Connections connections,
      int threads,
      Duration timeout,
      Duration retryPause,
      Executor callbacks) {
    this.timeout = timeout;
    this.writer = new DatabaseLane(name + "-writer", connections, GROUP, retryPause, callbacks);
    for (int i = 0; i < Math.max(1, threads); i++) {
      readers.add(new DatabaseLane(name + "-" + i, connections, 1, retryPause, callbacks));
    }
  }

  /** Does the work in a transaction of its own. */
  public <T> CompletionStage<T> alone(Work<T> work) {
    DatabaseLane least = readers.get(0);
    for (DatabaseLane lane : readers) {
      if (lane.waiting() < least.waiting()) {
        least = lane;
      }
    }
    return submit(least, "", work);
  }

  /**
   * Does the work in a transaction with other writes of this moment.
   *
   * @param key names what it changes
   */
  public <T> CompletionStage<T> write(String key, Work<T> work) {
    return submit(writer, key, work);
  }

  private <T> CompletionStage<T> submit(DatabaseLane lane, String key, Work<T> work) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    if (!lane.offer(key, work, answer)) {
      return CompletableFuture.failedStage(
          new SQLException("too much work waits for the database of tasks"));
    }
    return answer.orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Empty while the database answers; else why it did not when it was last asked. */
  public Optional<String> health() {
    return writer.health().or(() -> readers.get(0).health());
  }

  /** Ends when what has begun has ended; the rest fails. */
  @Override
  public void close() {
    writer.close();
    readers.forEach(DatabaseLane::close);
  }
}
