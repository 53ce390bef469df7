package io.remuda.gateway.batches;

import com.google.protobuf.ByteString;
import io.remuda.gateway.task.Shelf;
import io.remuda.protocol.proto.batch.FileRecord;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Writes a file in pieces of one size. Nobody sees it before {@link #end}. Two that write the same
 * bytes under one id do no harm to one another. One call at a time.
 */
final class FileWriting {

  /** Bytes; part of what two writers of one file agree upon, so not configured. */
  static final int PIECE = 256 * 1024;

  private final Shelf shelf;
  private final FileRecord file;
  private ByteString rest = ByteString.EMPTY;
  private long bytes;
  private int pieces;

  /**
   * @param file without its size
   */
  FileWriting(Shelf shelf, FileRecord file) {
    this.shelf = shelf;
    this.file = file;
  }

  /** Bytes that were added. */
  long bytes() {
    return bytes;
  }

  CompletionStage<Void> add(ByteString more) {
    bytes += more.size();
    rest = rest.concat(more);
    CompletionStage<Void> written = CompletableFuture.completedStage(null);
    while (rest.size() >= PIECE) {
      ByteString piece = rest.substring(0, PIECE);
      rest = rest.substring(PIECE);
      written = written.thenCompose(done -> write(piece));
    }
    return written;
  }

  /** Completes with the file's record once everybody can see it. */
  CompletionStage<FileRecord> end() {
    return end(file);
  }

  /** The same under a name that was told last. */
  CompletionStage<FileRecord> end(FileRecord named) {
    CompletionStage<Void> last =
        rest.isEmpty() ? CompletableFuture.completedStage(null) : write(rest);
    return last.thenCompose(
        done -> {
          FileRecord whole = named.toBuilder().setBytes(bytes).setPieces(pieces).build();
          return shelf.add(document(whole), false).thenApply(added -> whole);
        });
  }

  /** Forgets what was written; first the record, so that nobody sees a file without content. */
  CompletionStage<Void> abandon() {
    return shelf.remove(document(file)).thenCompose(removed -> shelf.drop(file.getId()));
  }

  static Shelf.Document document(FileRecord file) {
    return new Shelf.Document(
        file.getId(),
        Documents.FILE,
        file.getTenant(),
        1,
        Instant.ofEpochMilli(file.getCreatedAtMillis()),
        Instant.ofEpochMilli(file.getExpiresAtMillis()),
        file.toByteString());
  }

  private CompletionStage<Void> write(ByteString piece) {
    Instant expires = Instant.ofEpochMilli(file.getExpiresAtMillis());
    return shelf
        .put(file.getId(), new Shelf.Piece(pieces++, "", piece), expires)
        .thenApply(added -> null);
  }
}
