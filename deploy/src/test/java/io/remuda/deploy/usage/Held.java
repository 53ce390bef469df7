package io.remuda.deploy.usage;

import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.logging.Logger;
import javax.sql.DataSource;

/** A database that can be held: who asks for a connection waits until it is let go. */
final class Held implements DataSource {

  private static final int LIMIT_SECONDS = 20;

  private final DataSource source;
  private volatile Optional<Hold> hold = Optional.empty();

  Held(DataSource source) {
    this.source = source;
  }

  /**
   * Who waits.
   *
   * @param come somebody has come for a connection
   * @param go it may have it
   */
  record Hold(CountDownLatch come, CompletableFuture<Boolean> go) {

    void awaitSomebody() throws InterruptedException {
      if (!come.await(LIMIT_SECONDS, TimeUnit.SECONDS)) {
        throw new AssertionError("nobody came for a connection");
      }
    }
  }

  Hold hold() {
    Hold now = new Hold(new CountDownLatch(1), new CompletableFuture<>());
    hold = Optional.of(now);
    return now;
  }

  /** Whoever waits goes on, and nobody else is held. */
  void letGo() {
    hold.ifPresent(held -> held.go().complete(true));
    hold = Optional.empty();
  }

  @Override
  public Connection getConnection() throws SQLException {
    Optional<Hold> now = hold;
    if (now.isPresent()) {
      now.get().come().countDown();
      try {
        now.get().go().get(LIMIT_SECONDS, TimeUnit.SECONDS);
      } catch (InterruptedException | ExecutionException | TimeoutException e) {
        throw new SQLException("it was held too long", e);
      }
    }
    return source.getConnection();
  }

  @Override
  public Connection getConnection(String user, String password) throws SQLException {
    return source.getConnection(user, password);
  }

  @Override
  public PrintWriter getLogWriter() throws SQLException {
    return source.getLogWriter();
  }

  @Override
  public void setLogWriter(PrintWriter out) throws SQLException {
    source.setLogWriter(out);
  }

  @Override
  public void setLoginTimeout(int seconds) throws SQLException {
    source.setLoginTimeout(seconds);
  }

  @Override
  public int getLoginTimeout() throws SQLException {
    return source.getLoginTimeout();
  }

  @Override
  public Logger getParentLogger() throws SQLFeatureNotSupportedException {
    return source.getParentLogger();
  }

  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    return source.unwrap(type);
  }

  @Override
  public boolean isWrapperFor(Class<?> type) throws SQLException {
    return source.isWrapperFor(type);
  }
}
