package io.remuda.gateway.http;

import akka.NotUsed;
import akka.http.javadsl.model.ContentType;
import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpResponse;
import akka.japi.Pair;
import akka.stream.javadsl.Source;
import akka.util.ByteString;
import io.remuda.gateway.tasks.Ended;
import io.remuda.gateway.tasks.TaskWaiting;
import io.remuda.protocol.id.TaskId;
import io.remuda.protocol.proto.task.TaskRecord;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A task's states as server-sent events: one at once, one with every change, the last with its end,
 * after which the stream ends. While a store is away it says so in comments and goes on.
 */
final class TaskStream {

  private static final ContentType SSE = ContentTypes.parse("text/event-stream; charset=utf-8");
  private static final Duration RETRY = Duration.ofSeconds(1);

  private final TaskWaiting waiting;
  private final TaskViews views;
  private final Settling.Pause pause;
  private final OpenStreams streams;
  private final Duration patience;

  /**
   * @param patience after which a stream with nothing to say sends a comment
   */
  TaskStream(
      TaskWaiting waiting,
      TaskViews views,
      Settling.Pause pause,
      OpenStreams streams,
      Duration patience) {
    this.waiting = waiting;
    this.views = views;
    this.pause = pause;
    this.streams = streams;
    this.patience = patience;
  }

  /** The stream that begins with {@code first}. */
  HttpResponse of(String tenant, TaskId id, TaskRecord first) {
    Source<ByteString, NotUsed> later =
        Ended.is(first.getState())
            ? Source.empty()
            : Source.unfoldAsync(Optional.of(first), last -> next(tenant, id, last));
    return Replies.with(
        streams.answer(SSE, Source.single(event(first)).concat(later)),
        "Cache-Control",
        "no-cache");
  }

  /** What comes after {@code last}, which is empty once the end was told. */
  private CompletionStage<Optional<Pair<Optional<TaskRecord>, ByteString>>> next(
      String tenant, TaskId id, Optional<TaskRecord> last) {
    if (last.isEmpty()) {
      return CompletableFuture.completedStage(Optional.empty());
    }
    TaskRecord before = last.get();
    return waiting
        .until(tenant, id, patience, now -> differs(before, now))
        .thenApply(
            now -> {
              if (!differs(before, now)) {
                return step(last, ": keep-alive\n\n");
              }
              Optional<TaskRecord> from =
                  Ended.is(now.getState()) ? Optional.empty() : Optional.of(now);
              return Optional.of(Pair.create(from, event(now)));
            })
        .exceptionallyCompose(
            failure ->
                pause
                    .of(RETRY)
                    .thenApply(done -> step(last, ": nothing can be said now, waiting\n\n")));
  }

  private static Optional<Pair<Optional<TaskRecord>, ByteString>> step(
      Optional<TaskRecord> from, String comment) {
    return Optional.of(Pair.create(from, ByteString.fromString(comment)));
  }

  private static boolean differs(TaskRecord before, TaskRecord now) {
    return before.getState() != now.getState()
        || before.getAttempt() != now.getAttempt()
        || before.getProgressPercent() != now.getProgressPercent();
  }

  private ByteString event(TaskRecord record) {
    return ByteString.fromString(
        "event: task\ndata: " + Json.text(views.task(record)).replace("\n", " ") + "\n\n");
  }
}
