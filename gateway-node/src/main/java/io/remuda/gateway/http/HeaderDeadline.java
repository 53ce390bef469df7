package io.remuda.gateway.http;

import akka.NotUsed;
import akka.actor.Cancellable;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.ResponseEntity;
import akka.stream.KillSwitches;
import akka.stream.Materializer;
import akka.stream.SharedKillSwitch;
import akka.stream.javadsl.Flow;
import akka.stream.javadsl.Source;
import akka.util.ByteString;
import java.time.Duration;

/**
 * The time that one connection has for the header of each request: akka-http itself has none, so
 * that a client that sends a byte now and then would hold a connection for ever. What runs out of
 * it is closed without a word, after the answers that are under way.
 */
final class HeaderDeadline {

  private final Materializer materializer;
  private final Duration kept;
  private final SharedKillSwitch connection = KillSwitches.shared("header-deadline");
  private Cancellable timer;
  private int open;
  private boolean left;

  /**
   * @param first from now on, which is when the connection was taken
   * @param kept from the end of an answer
   */
  HeaderDeadline(Materializer materializer, Duration first, Duration kept) {
    this.materializer = materializer;
    this.kept = kept;
    this.timer = closesAfter(first);
  }

  /** What answers the connection's requests, as long as they come in time. */
  Flow<HttpRequest, HttpResponse, NotUsed> around(
      Flow<HttpRequest, HttpResponse, NotUsed> requests) {
    return Flow.<HttpRequest>create()
        .via(connection.<HttpRequest>flow())
        .map(this::came)
        .via(requests)
        .map(this::answered)
        .watchTermination(
            (none, done) -> {
              done.whenComplete((ended, failure) -> end());
              return none;
            });
  }

  private synchronized HttpRequest came(HttpRequest request) {
    open++;
    timer.cancel();
    return request;
  }

  /** An answer that is not at hand is over with its last byte. */
  private HttpResponse answered(HttpResponse response) {
    ResponseEntity entity = response.entity();
    if (entity.isStrict()) {
      over();
      return response;
    }
    return response.withEntity(
        rebuilt(
            entity,
            entity
                .getDataBytes()
                .watchTermination(
                    (any, done) -> {
                      done.whenComplete((ended, failure) -> over());
                      return any;
                    })));
  }

  private static ResponseEntity rebuilt(ResponseEntity like, Source<ByteString, Object> bytes) {
    if (like.isDefault()) {
      return HttpEntities.create(
          like.getContentType(), like.getContentLengthOption().orElseThrow(), bytes);
    }
    return like.isChunked()
        ? HttpEntities.createChunked(like.getContentType(), bytes)
        : HttpEntities.createCloseDelimited(like.getContentType(), bytes);
  }

  /** The next request may have come before the last answer was over. */
  private synchronized void over() {
    open--;
    if (open == 0 && !left) {
      timer = closesAfter(kept);
    }
  }

  private Cancellable closesAfter(Duration limit) {
    return materializer
        .system()
        .scheduler()
        .scheduleOnce(limit, connection::shutdown, materializer.executionContext());
  }

  private synchronized void end() {
    left = true;
    timer.cancel();
  }
}
