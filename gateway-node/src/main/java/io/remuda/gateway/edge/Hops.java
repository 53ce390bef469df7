package io.remuda.gateway.edge;

import io.remuda.gateway.routing.Target;
import io.remuda.protocol.Refused;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where one request was and when, told in one line of the log at DEBUG; nothing is noted while
 * nobody reads it. Times are milliseconds since the request was here in whole.
 */
final class Hops {

  private static final Logger log = LoggerFactory.getLogger(Hops.class);

  private final long started;
  private final @Nullable StringBuilder told;

  /**
   * @param started of {@link System#nanoTime()}
   */
  Hops(long started) {
    this.started = started;
    this.told = log.isDebugEnabled() ? new StringBuilder() : null;
  }

  /** It goes to this instance. */
  void to(Target target) {
    note(target, "sent");
  }

  /** This instance did not serve it. */
  void failed(Target target, Refused why) {
    note(target, why.code().code());
  }

  /**
   * It is over.
   *
   * @param firstByteAt of {@link System#nanoTime()}; 0 when none came
   */
  void over(String request, String model, String outcome, long firstByteAt, long now) {
    if (told != null) {
      log.debug(
          "event=request request={} model={} outcome={} firstByteMillis={} millis={} hops={}",
          request,
          model,
          outcome,
          firstByteAt == 0 ? "none" : Long.toString(millis(firstByteAt)),
          millis(now),
          told);
    }
  }

  private void note(Target target, String what) {
    StringBuilder all = told;
    if (all != null) {
      all.append(all.isEmpty() ? "" : ",")
          .append(target.instance())
          .append(':')
          .append(what)
          .append('@')
          .append(millis(System.nanoTime()));
    }
  }

  private long millis(long at) {
    return (at - started) / 1_000_000;
  }
}
