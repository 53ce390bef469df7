package io.remuda.registry.journal;

import akka.actor.typed.BackoffSupervisorStrategy;
import akka.actor.typed.SupervisorStrategy;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The entities that this node could not read back, and why: they are woken again and again, end
 * each time, and each reason is to be told once. Used by all of them, from any thread.
 */
public final class Unreadable {

  /** Ends at the first failure; the times, which Akka wants, are those of restarts. */
  private static final BackoffSupervisorStrategy ENDS =
      SupervisorStrategy.restartWithBackoff(Duration.ofSeconds(1), Duration.ofSeconds(1), 0)
          .withMaxRestarts(0);

  private final Map<String, String> reasons = new ConcurrentHashMap<>();

  /** Whether that is another reason than the last time, or the first. */
  public boolean isNews(String persistenceId, String reason) {
    return !reason.equals(reasons.put(persistenceId, reason));
  }

  /** It could be read back now. */
  public void read(String persistenceId) {
    reasons.remove(persistenceId);
  }

  /**
   * Ends an entity that the journal fails, as Akka does by itself. Akka tells each time why, with a
   * stack trace; not so of an entity that was unreadable the last time already.
   */
  public BackoffSupervisorStrategy ending(String persistenceId) {
    return ENDS.withLoggingEnabled(!reasons.containsKey(persistenceId));
  }
}
