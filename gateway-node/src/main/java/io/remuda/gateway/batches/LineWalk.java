package io.remuda.gateway.batches;

import io.remuda.gateway.task.Shelf;
import io.remuda.gateway.task.TaskRefusal;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.proto.batch.FileRecord;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Reads a file's lines from the first to the last, a piece of it at a time. */
final class LineWalk {

  private final Shelf shelf;
  private final FileRecord file;
  private final LineSplitter splitter;
  private int next;
  private boolean ended;

  private LineWalk(Shelf shelf, FileRecord file, int lineLimit) {
    this.shelf = shelf;
    this.file = file;
    this.splitter = new LineSplitter(lineLimit);
  }

  /** Fails when there is no such file. */
  static CompletionStage<LineWalk> of(Shelf shelf, String fileId, int lineLimit) {
    return shelf
        .read(fileId)
        .thenApply(
            found ->
                new LineWalk(
                    shelf,
                    Documents.fileOf(
                        found.orElseThrow(
                            () ->
                                new TaskRefusal(
                                    ErrorCode.NOT_FOUND, "the file " + fileId + " is gone"))),
                    lineLimit));
  }

  /** Whether all lines were given. */
  boolean ended() {
    return ended;
  }

  /** The lines that end in the next piece, maybe none; fails when the file was deleted. */
  CompletionStage<List<RawLine>> more() {
    if (next >= file.getPieces()) {
      ended = true;
      return CompletableFuture.completedStage(splitter.end());
    }
    return shelf
        .pieces(file.getId(), next, 1)
        .thenApply(
            found -> {
              if (found.isEmpty()) {
                throw new TaskRefusal(
                    ErrorCode.NOT_FOUND, "the file " + file.getId() + " has lost its content");
              }
              next++;
              return splitter.add(found.get(0).bytes());
            });
  }
}
