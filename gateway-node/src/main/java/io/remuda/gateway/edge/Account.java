package io.remuda.gateway.edge;

import io.remuda.gateway.routing.Target;
import io.remuda.protocol.RecentRequest;
import io.remuda.protocol.Refused;
import java.time.Duration;
import java.time.Instant;

/**
 * Where one request was, when, and how it ended: what its answer's headers tell, and what is told
 * of it later. Lives on one loop.
 */
final class Account {

  private final InferenceHandler handler;
  private final ClientRequest request;
  private final long started;
  private final Hops hops;
  private final Timings timings;
  private long firstByteAt;
  private long sentAt;

  /**
   * @param started of {@link System#nanoTime()}, as all times here
   */
  Account(InferenceHandler handler, ClientRequest request, long started) {
    this.handler = handler;
    this.request = request;
    this.started = started;
    this.hops = new Hops(started);
    this.timings = new Timings(started);
  }

  /** No instance takes it: it waits. */
  void waits() {
    timings.waits(System.nanoTime());
  }

  /** It goes to this instance. */
  void sent(Target target, long now) {
    sentAt = now;
    timings.sent(now);
    hops.to(target);
  }

  /** This instance did not serve it. */
  void failed(Target target, Refused why) {
    hops.failed(target, why);
    timings.answered(System.nanoTime());
  }

  /** This instance broke its answer off. */
  void broke(Target target, Refused why) {
    hops.failed(target, why);
  }

  /** This instance's answer is what the client gets. */
  void answered(Target target) {
    timings.answered(System.nanoTime());
    hops.answered(target);
  }

  /**
   * What the client is told of its request's way.
   *
   * @param attempts times that it went out
   */
  ClientAnswer.Way way(Target answering, int attempts) {
    answered(answering);
    long now = System.nanoTime();
    return new ClientAnswer.Way(
        answering.instance(), attempts, timings.queueMillis(now), timings.overheadMillis(now));
  }

  /**
   * Something of the answer goes to the client.
   *
   * @param stream whether it wants one
   */
  void bytes(String model, boolean stream) {
    if (firstByteAt == 0) {
      firstByteAt = System.nanoTime();
      if (stream) {
        handler.firstTokens().seen(model, firstByteAt, firstByteAt - sentAt);
      }
    }
  }

  /**
   * It is over.
   *
   * @param model of the answer; empty when it named none that exists
   * @param code of the error, or what else became of it
   */
  void over(String model, String code) {
    long now = System.nanoTime();
    hops.over(request.requestId(), model, code, firstByteAt, now);
    handler.recent().add(recent(model, code, now));
    handler
        .metrics()
        .ended(
            request.endpoint(),
            model,
            code,
            Duration.ofNanos(firstByteAt == 0 ? -1 : firstByteAt - started),
            Duration.ofNanos(now - started));
  }

  private RecentRequest recent(String model, String code, long now) {
    return new RecentRequest(
        request.requestId(),
        request.sender().key(),
        request.endpoint().path(),
        model,
        code,
        Instant.now(),
        hops.millis(now),
        firstByteAt == 0 ? -1 : hops.millis(firstByteAt),
        timings.queueMillis(now),
        timings.instanceMillis(now),
        timings.overheadMillis(firstByteAt == 0 ? now : firstByteAt),
        hops.tries(),
        request.sender().tenant());
  }
}
