package io.remuda.gateway.batches;

import io.remuda.gateway.task.TaskRefusal;
import io.remuda.protocol.ErrorCode;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The lines of a batch's input that are not opened yet, read from its file piece by piece. */
final class InputLines {

  private final BatchRun.Parts parts;
  private final String file;
  // A pass reads, one after the other; the lines that it has read are asked for by several threads.
  private Optional<LineWalk> walk = Optional.empty();
  private boolean gone;
  private final Deque<RawLine> waiting = new ArrayDeque<>();

  /**
   * @param file id of the input
   */
  InputLines(BatchRun.Parts parts, String file) {
    this.parts = parts;
    this.file = file;
  }

  /** Whether the file was deleted: what was not read of it never will be. */
  synchronized boolean gone() {
    return gone;
  }

  /** Whether no line comes any more. */
  synchronized boolean ended() {
    return waiting.isEmpty() && (gone || walk.filter(LineWalk::ended).isPresent());
  }

  /** The next line of those that were read; it stays until it is {@link #taken}. */
  synchronized Optional<RawLine> next() {
    return Optional.ofNullable(waiting.peek());
  }

  synchronized void taken() {
    waiting.remove();
  }

  /** Reads one more piece, which may hold no line's end; false when there is none. */
  CompletionStage<Boolean> more() {
    return walk()
        .thenCompose(
            reading ->
                reading.ended()
                    ? CompletableFuture.completedStage(false)
                    : reading.more().thenApply(lines -> add(lines)))
        .exceptionallyCompose(this::withoutFile);
  }

  private CompletionStage<LineWalk> walk() {
    synchronized (this) {
      if (walk.isPresent()) {
        return CompletableFuture.completedStage(walk.get());
      }
    }
    return LineWalk.of(parts.shelf(), file, parts.settings().lineLimit())
        .thenApply(
            begun -> {
              synchronized (this) {
                walk = Optional.of(begun);
              }
              return begun;
            });
  }

  private synchronized boolean add(Iterable<RawLine> lines) {
    lines.forEach(waiting::add);
    return true;
  }

  private CompletionStage<Boolean> withoutFile(Throwable failure) {
    if (TaskRefusal.of(failure).code() != ErrorCode.NOT_FOUND) {
      return CompletableFuture.failedStage(failure);
    }
    synchronized (this) {
      gone = true;
    }
    return CompletableFuture.completedStage(false);
  }
}
