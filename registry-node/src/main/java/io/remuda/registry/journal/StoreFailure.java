package io.remuda.registry.journal;

import akka.pattern.CircuitBreakerOpenException;
import akka.persistence.RecoveryTimedOut;
import java.sql.SQLException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;

/** Tells a database that does not answer from bytes that cannot be read. */
public final class StoreFailure {

  private StoreFailure() {}

  /** Whether {@code failure} is the database's, so that all who use it are affected. */
  public static boolean isOfTheStore(Throwable failure) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof SQLException
          || t instanceof TimeoutException
          || t instanceof RecoveryTimedOut
          || t instanceof CircuitBreakerOpenException
          || t instanceof RejectedExecutionException) {
        return true;
      }
    }
    return false;
  }

  /** What lies at the bottom of {@code failure}, for people. */
  public static String cause(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
  }
}
