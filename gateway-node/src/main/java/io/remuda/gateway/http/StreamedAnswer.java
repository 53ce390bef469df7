package io.remuda.gateway.http;

import akka.NotUsed;
import akka.actor.Cancellable;
import akka.http.javadsl.model.ContentType;
import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.headers.RawHeader;
import akka.japi.Pair;
import akka.stream.Materializer;
import akka.stream.OverflowStrategy;
import akka.stream.javadsl.Source;
import akka.stream.javadsl.SourceQueueWithComplete;
import akka.util.ByteString;
import io.netty.buffer.ByteBuf;
import io.remuda.gateway.edge.AnswerInProgress;
import io.remuda.gateway.edge.AnswerSink;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An answer of the byte path as an akka-http response. The engine is paused while the client reads
 * slower than it writes, and stopped when the client goes.
 */
final class StreamedAnswer implements AnswerSink {

  private static final int HIGH = 64;
  private static final int LOW = 16;

  /** Reached only if an engine ignored its pause for long. */
  private static final int BUFFER = 4_096;

  private static final Duration SECOND = Duration.ofSeconds(1);

  private final CompletableFuture<HttpResponse> response = new CompletableFuture<>();
  private final Materializer materializer;
  private final Executor lane;
  private final AtomicInteger pending = new AtomicInteger();
  // These are read and written on the lane alone.
  private Optional<AnswerInProgress> call = Optional.empty();
  private Optional<SourceQueueWithComplete<ByteString>> queue = Optional.empty();
  private Runnable forget = () -> {};
  private boolean paused;

  StreamedAnswer(Executor lane, Materializer materializer) {
    this.lane = lane;
    this.materializer = materializer;
  }

  /** The answer, as soon as its head is known. */
  CompletionStage<HttpResponse> response() {
    return response;
  }

  /** To be called on the lane, once. */
  void drives(AnswerInProgress started, Departure departure) {
    call = Optional.of(started);
    Runnable stop =
        () ->
            lane.execute(
                () -> {
                  forget.run();
                  started.cancel();
                  // Nobody reads it; without it the connection would be kept, and waited for when
                  // the server stops.
                  response.complete(HttpResponse.create().withStatus(503));
                  queue.ifPresent(to -> to.fail(new IOException("the client has gone")));
                });
    if (response.isDone() && queue.isEmpty()) {
      return;
    }
    Cancellable looks = eachSecond(started::look);
    forget =
        () -> {
          looks.cancel();
          departure.forget(stop);
        };
    departure.await(stop);
  }

  private Cancellable eachSecond(Runnable task) {
    return materializer
        .system()
        .scheduler()
        .scheduleWithFixedDelay(
            SECOND, SECOND, () -> lane.execute(task), materializer.system().dispatcher());
  }

  @Override
  public void whole(int status, List<Map.Entry<String, String>> headers, ByteBuf bytes) {
    byte[] array = bytesOf(bytes);
    forget.run();
    response.complete(
        responseOf(status, headers).withEntity(HttpEntities.create(typeOf(headers), array)));
  }

  @Override
  public void head(int status, List<Map.Entry<String, String>> headers) {
    // Not sooner: a source to which nobody subscribes for some seconds is cancelled by Akka, and
    // with it a request whose first byte takes its time.
    Pair<SourceQueueWithComplete<ByteString>, Source<ByteString, NotUsed>> made =
        Source.<ByteString>queue(BUFFER, OverflowStrategy.fail()).preMaterialize(materializer);
    queue = Optional.of(made.first());
    made.first().watchCompletion().whenComplete((done, failure) -> lane.execute(this::over));
    response.complete(
        responseOf(status, headers)
            .withEntity(
                HttpEntities.createChunked(typeOf(headers), made.second().map(this::taken))));
  }

  @Override
  public void bytes(ByteBuf bytes) {
    byte[] array = bytesOf(bytes);
    if (array.length == 0) {
      return;
    }
    if (pending.incrementAndGet() >= HIGH && !paused) {
      paused = true;
      call.ifPresent(AnswerInProgress::pause);
    }
    queue.ifPresent(to -> to.offer(ByteString.fromArrayUnsafe(array)));
  }

  @Override
  public void end() {
    queue.ifPresent(SourceQueueWithComplete::complete);
  }

  @Override
  public void cut() {
    IOException broken = new IOException("the engine's answer broke off");
    queue.ifPresent(to -> to.fail(broken));
    response.completeExceptionally(broken);
  }

  /** The client has it all, or has gone. */
  private void over() {
    forget.run();
    call.ifPresent(AnswerInProgress::cancel);
  }

  private ByteString taken(ByteString bytes) {
    if (pending.decrementAndGet() == LOW) {
      lane.execute(this::resume);
    }
    return bytes;
  }

  private void resume() {
    if (paused) {
      paused = false;
      call.ifPresent(AnswerInProgress::resume);
    }
  }

  private static HttpResponse responseOf(int status, List<Map.Entry<String, String>> headers) {
    HttpResponse head = HttpResponse.create().withStatus(status);
    for (Map.Entry<String, String> header : headers) {
      if (!header.getKey().equals("content-type") && !header.getKey().equals("content-length")) {
        head = head.addHeader(RawHeader.create(header.getKey(), header.getValue()));
      }
    }
    return head;
  }

  private static ContentType typeOf(List<Map.Entry<String, String>> headers) {
    return headers.stream()
        .filter(header -> header.getKey().equals("content-type"))
        .findFirst()
        .map(header -> ContentTypes.parse(header.getValue()))
        .orElse(ContentTypes.APPLICATION_OCTET_STREAM);
  }

  private static byte[] bytesOf(ByteBuf bytes) {
    try {
      byte[] array = new byte[bytes.readableBytes()];
      bytes.readBytes(array);
      return array;
    } finally {
      bytes.release();
    }
  }
}
