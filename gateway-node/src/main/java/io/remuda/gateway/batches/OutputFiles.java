package io.remuda.gateway.batches;

import io.remuda.gateway.task.Shelf;
import io.remuda.protocol.proto.batch.BatchRecord;
import io.remuda.protocol.proto.batch.FileRecord;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Puts the answers of a batch's lines into two files, in the order of the lines: what succeeded,
 * and what did not. Their ids follow from the batch's, so that whoever does it again after somebody
 * broke off makes the very same files.
 */
final class OutputFiles {

  /** Bytes of answers that are read at one time, if it is not one answer that is larger. */
  private static final long PAGE = 1024 * 1024;

  private static final int PAGE_LINES = 256;

  /** How often an answer is in memory while it is copied from its place into a file. */
  private static final int COPIES = 3;

  private final Shelf shelf;
  private final ByteBudget budget;
  private final BatchRecord batch;
  private final InstantSource clock;
  private final FileWriting output;
  private final FileWriting errors;
  private final int[] sizes;

  OutputFiles(BatchRun.Parts parts, BatchRecord batch) {
    this.shelf = parts.shelf();
    this.budget = parts.budget();
    this.batch = batch;
    this.clock = parts.clock();
    this.sizes = new int[batch.getTotal() + 1];
    Instant expires =
        Instant.ofEpochMilli(batch.getExpiresAtMillis()).plus(parts.settings().fileTtl());
    this.output = new FileWriting(shelf, file("output", expires));
    this.errors = new FileWriting(shelf, file("errors", expires));
  }

  /** Completes with the batch as it is once its files can be seen. */
  CompletionStage<BatchRecord> write() {
    return shelf
        .marks(batch.getId())
        .thenCompose(
            marks -> {
              for (Shelf.Mark mark : marks) {
                if (mark.number() < sizes.length) {
                  sizes[mark.number()] = LineMark.of(mark.mark()).bytes();
                }
              }
              return page(1);
            })
        .thenCompose(written -> ended(output))
        .thenCompose(
            out ->
                ended(errors)
                    .thenApply(err -> BatchDecider.assembled(batch, out, err, clock.instant())));
  }

  private CompletionStage<Void> page(int from) {
    if (from > batch.getTotal()) {
      return CompletableFuture.completedStage(null);
    }
    long bytes = sizes[from];
    int next = from + 1;
    while (next < sizes.length && next - from < PAGE_LINES && bytes + sizes[next] <= PAGE) {
      bytes += sizes[next];
      next++;
    }
    int end = next;
    return budget
        .with(
            bytes * COPIES,
            () -> shelf.pieces(batch.getId(), from, end - from).thenCompose(this::append))
        // Elsewhere, so that many pages are no deep stack.
        .thenComposeAsync(appended -> page(end));
  }

  private CompletionStage<Void> append(List<Shelf.Piece> lines) {
    CompletionStage<Void> written = CompletableFuture.completedStage(null);
    for (Shelf.Piece line : lines) {
      FileWriting into = LineMark.of(line.mark()).completed() ? output : errors;
      written = written.thenCompose(done -> into.add(line.bytes()));
    }
    return written;
  }

  private static CompletionStage<String> ended(FileWriting file) {
    return file.bytes() == 0
        ? CompletableFuture.completedStage("")
        : file.end().thenApply(FileRecord::getId);
  }

  private FileRecord file(String which, Instant expires) {
    return FileRecord.newBuilder()
        .setId(BatchIds.derived("file-", batch.getId(), which))
        .setTenant(batch.getTenant())
        .setFilename(batch.getId() + "_" + which + ".jsonl")
        .setPurpose("batch_output")
        .setCreatedAtMillis(clock.millis())
        .setExpiresAtMillis(expires.toEpochMilli())
        .build();
  }
}
