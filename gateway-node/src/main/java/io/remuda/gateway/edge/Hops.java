package io.remuda.gateway.edge;

import io.remuda.gateway.routing.Target;
import io.remuda.protocol.RecentRequest;
import io.remuda.protocol.Refused;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where one request was and when, told in one line of the log at DEBUG and kept for those who ask
 * for it later. Times are milliseconds since the request was here in whole. Lives on one loop.
 */
final class Hops {

  private static final Logger log = LoggerFactory.getLogger(Hops.class);

  /** Of a request that waits and is refused again and again the first ones are told. */
  private static final int MOST = 32;

  private final long started;
  private final List<Hop> hops = new ArrayList<>(1);

  /** One instance that had it. */
  private static final class Hop {
    private final Target target;
    private final long at;
    private String outcome = "left";

    private Hop(Target target, long at) {
      this.target = target;
      this.at = at;
    }
  }

  /**
   * @param started of {@link System#nanoTime()}
   */
  Hops(long started) {
    this.started = started;
  }

  /** It goes to this instance. */
  void to(Target target) {
    if (hops.size() < MOST) {
      hops.add(new Hop(target, System.nanoTime()));
    }
  }

  /** This instance did not serve it. */
  void failed(Target target, Refused why) {
    outcome(target, why.code().code());
  }

  /** This instance's answer is what the client gets. */
  void answered(Target target) {
    outcome(target, "answered");
  }

  /**
   * It is over.
   *
   * @param firstByteAt of {@link System#nanoTime()}; 0 when none came
   */
  void over(String request, String model, String outcome, long firstByteAt, long now) {
    if (log.isDebugEnabled()) {
      log.debug(
          "event=request request={} model={} outcome={} firstByteMillis={} millis={} hops={}",
          request,
          model,
          outcome,
          firstByteAt == 0 ? "none" : Long.toString(millis(firstByteAt)),
          millis(now),
          hops.stream()
              .map(hop -> hop.target.instance() + ":" + hop.outcome + "@" + millis(hop.at))
              .collect(Collectors.joining(",")));
    }
  }

  List<RecentRequest.Try> tries() {
    return hops.stream()
        .map(
            hop ->
                new RecentRequest.Try(
                    hop.target.instance().toString(), millis(hop.at), hop.outcome))
        .toList();
  }

  long millis(long at) {
    return (at - started) / 1_000_000;
  }

  /** Of the last time that it was there. */
  private void outcome(Target target, String what) {
    for (int i = hops.size() - 1; i >= 0; i--) {
      Hop hop = hops.get(i);
      if (hop.target.instance().equals(target.instance())) {
        hop.outcome = what;
        return;
      }
    }
  }
}
