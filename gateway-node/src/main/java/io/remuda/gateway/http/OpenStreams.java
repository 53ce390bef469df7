package io.remuda.gateway.http;

import akka.Done;
import akka.NotUsed;
import akka.http.javadsl.model.ContentType;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.headers.Connection;
import akka.stream.KillSwitches;
import akka.stream.SharedKillSwitch;
import akka.stream.javadsl.Flow;
import akka.stream.javadsl.Source;
import akka.util.ByteString;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The answers that have no end of their own: events and logs that are followed. They end together,
 * each with its last chunk, before the server goes; one that begins later ends at once.
 */
final class OpenStreams {

  private final SharedKillSwitch end = KillSwitches.shared("api-streams");
  // The server counts as one until the end is asked for, so that zero means that all are over.
  private final AtomicInteger open = new AtomicInteger(1);
  private final AtomicBoolean ending = new AtomicBoolean();
  private final CompletableFuture<Done> over = new CompletableFuture<>();

  /**
   * An answer with this body, after which its connection closes: the server resets what is open
   * when it ends, and a reset can overtake the last chunk.
   */
  HttpResponse answer(ContentType type, Source<ByteString, NotUsed> body) {
    return HttpResponse.create()
        .withStatus(200)
        .addHeader(Connection.create("close"))
        .withEntity(HttpEntities.createChunked(type, body.via(flow())));
  }

  private Flow<ByteString, ByteString, NotUsed> flow() {
    return Flow.<ByteString>create()
        .via(end.flow())
        .watchTermination(
            (materialized, done) -> {
              open.incrementAndGet();
              done.whenComplete((ended, failure) -> left());
              return NotUsed.getInstance();
            });
  }

  /** Ends all of them; completes when the last has ended. May be called again. */
  CompletionStage<Done> end() {
    end.shutdown();
    if (ending.compareAndSet(false, true)) {
      left();
    }
    return over.minimalCompletionStage();
  }

  private void left() {
    if (open.decrementAndGet() == 0) {
      over.complete(Done.getInstance());
    }
  }
}
