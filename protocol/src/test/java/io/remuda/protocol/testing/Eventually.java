package io.remuda.protocol.testing;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Waits for a condition to hold, looking every few milliseconds and never longer than a limit.
 *
 * <p>An exception or a failed assertion of the condition counts as "not yet"; the last one is the
 * cause of the error that says the limit is over.
 */
public final class Eventually {

  private static final Duration STEP = Duration.ofMillis(10);

  private Eventually() {}

  /** A look at the world that says whether it is as it should be. */
  public interface Condition {
    boolean holds() throws Exception;
  }

  /** Assertions that pass once the world is as it should be. */
  public interface Assertions {
    void pass() throws Exception;
  }

  /** A look at the world that finds a value or nothing. */
  public interface Finder<T> {
    Optional<T> find() throws Exception;
  }

  public static void isTrue(String what, Duration limit, Condition condition) {
    find(what, limit, () -> condition.holds() ? Optional.of(true) : Optional.empty());
  }

  public static void passes(String what, Duration limit, Assertions assertions) {
    find(
        what,
        limit,
        () -> {
          assertions.pass();
          return Optional.of(true);
        });
  }

  public static <T> T find(String what, Duration limit, Finder<T> finder) {
    long end = System.nanoTime() + limit.toNanos();
    Throwable last;
    do {
      last = null;
      try {
        Optional<T> found = finder.find();
        if (found.isPresent()) {
          return found.get();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw timedOut(what + " (interrupted)", limit, e);
      } catch (Exception | AssertionError e) {
        last = e;
      }
      LockSupport.parkNanos(STEP.toNanos());
    } while (System.nanoTime() - end < 0);
    throw timedOut(what, limit, last);
  }

  private static AssertionError timedOut(String what, Duration limit, @Nullable Throwable last) {
    String because = last == null ? "" : ": " + last.getMessage();
    return new AssertionError("not within " + limit.toMillis() + " ms: " + what + because, last);
  }
}
