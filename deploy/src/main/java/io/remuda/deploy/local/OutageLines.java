package io.remuda.deploy.local;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import io.remuda.registry.journal.StoreFailure;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;

/**
 * What a node's log says of a journal that fails: a line for each cause at once, and while it lasts
 * one in each interval, with how often it was met. Without it Akka tells of every entity, each time
 * that it reads or writes in vain, with a stack trace: of a hundred names thousands of lines each
 * second.
 *
 * <p>Failures that are an entity's own, such as an event that cannot be read, are told as ever.
 * What was met after the last line of an outage is not told.
 */
final class OutageLines extends TurboFilter {

  private static final org.slf4j.Logger log = LoggerFactory.getLogger(OutageLines.class);

  /** How Akka's event-sourced actors end when the journal fails them; not of its public API. */
  private static final String ENDED_BY_JOURNAL = "JournalFailureException";

  /** An outage has one cause, seen from a few sides. */
  private static final int MOST_CAUSES = 16;

  private final long intervalNanos;
  private final LongSupplier nanoTime;
  private final Map<String, Told> causes =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Told> eldest) {
          return size() > MOST_CAUSES;
        }
      };

  /**
   * When a cause was last told.
   *
   * @param unsaid times that it was met since
   */
  private record Told(long atNanos, long unsaid) {}

  /**
   * One for a node.
   *
   * @param interval between two lines of one cause
   * @param nanoTime as {@link System#nanoTime()}
   */
  OutageLines(Duration interval, LongSupplier nanoTime) {
    this.intervalNanos = interval.toNanos();
    this.nanoTime = nanoTime;
  }

  @Override
  public FilterReply decide(
      @Nullable Marker marker,
      Logger logger,
      Level level,
      @Nullable String format,
      Object @Nullable [] params,
      @Nullable Throwable thrown) {
    Optional<Throwable> failure = failure(params, thrown);
    if (failure.isEmpty() || !level.isGreaterOrEqual(logger.getEffectiveLevel())) {
      return FilterReply.NEUTRAL;
    }
    String why = StoreFailure.cause(failure.get());
    // Numbers in it, such as of milliseconds waited, do not make it another one.
    times(why.replaceAll("[0-9]+", "#"))
        .ifPresent(
            times ->
                log.warn(
                    "event=journal-fails why={} times={} last={}",
                    why,
                    times,
                    failure.get().getMessage()));
    return FilterReply.DENY;
  }

  private static Optional<Throwable> failure(
      Object @Nullable [] params, @Nullable Throwable thrown) {
    Object last = params == null || params.length == 0 ? null : params[params.length - 1];
    Throwable failure = thrown == null && last instanceof Throwable of ? of : thrown;
    return failure != null
            && failure.getClass().getSimpleName().equals(ENDED_BY_JOURNAL)
            && StoreFailure.isOfTheStore(failure)
        ? Optional.of(failure)
        : Optional.empty();
  }

  /** How often the cause was met since it was last told; empty when that is not long ago. */
  private synchronized Optional<Long> times(String cause) {
    long now = nanoTime.getAsLong();
    Told told = causes.get(cause);
    if (told != null && now - told.atNanos() < intervalNanos) {
      causes.put(cause, new Told(told.atNanos(), told.unsaid() + 1));
      return Optional.empty();
    }
    causes.put(cause, new Told(now, 0));
    return Optional.of(told == null ? 1 : told.unsaid() + 1);
  }
}
