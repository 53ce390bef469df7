package io.remuda.gateway.batches;

import com.google.protobuf.ByteString;
import io.remuda.gateway.task.Shelf;
import io.remuda.gateway.task.TaskRefusal;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.proto.batch.FileRecord;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Takes a file's bytes as they come; one call at a time. */
public final class Upload {
  private final FileRecord.Builder file;
  private final Shelf shelf;
  private final BatchSettings settings;
  private final long room;
  private Optional<FileWriting> writing = Optional.empty();
  private CompletionStage<?> last = CompletableFuture.completedStage(null);
  private boolean abandoned;

  /**
   * @param begun the file's record, without what its end tells
   * @param room bytes that the tenant may add to what it keeps
   */
  Upload(Shelf shelf, BatchSettings settings, FileRecord begun, long room) {
    this.shelf = shelf;
    this.settings = settings;
    this.file = begun.toBuilder();
    this.room = room;
  }

  /** Fails when the file has become larger than it may be. */
  public synchronized CompletionStage<Void> add(ByteString bytes) {
    FileWriting into = writing();
    long size = into.bytes() + bytes.size();
    if (abandoned || size > settings.fileLimit()) {
      return CompletableFuture.failedStage(tooLarge());
    }
    if (size > room) {
      return CompletableFuture.failedStage(
          FileDesk.full("bytes", settings.tenantBytes(), "tenant-bytes"));
    }
    CompletionStage<Void> added = into.add(bytes);
    last = added;
    return added;
  }

  public synchronized CompletionStage<FileRecord> end(String filename, String purpose) {
    // The pieces lie under the id; the rest of the record is told last.
    FileWriting into = writing();
    CompletionStage<FileRecord> ended =
        into.end(file.setFilename(filename).setPurpose(purpose).build());
    last = ended;
    return ended;
  }

  private FileWriting writing() {
    FileWriting into = writing.orElseGet(() -> new FileWriting(shelf, file.build()));
    writing = Optional.of(into);
    return into;
  }

  /** Forgets what has come, once the store has ended with what it is just given. */
  public synchronized void abandon() {
    abandoned = true;
    writing.ifPresent(
        begun -> {
          // What cannot be dropped now expires.
          var unused =
              last.handle((done, failure) -> begun)
                  .thenCompose(FileWriting::abandon)
                  .exceptionally(failure -> null);
        });
  }

  private TaskRefusal tooLarge() {
    return new TaskRefusal(
        ErrorCode.TOO_LARGE,
        "the file has more than "
            + settings.fileLimit()
            + " bytes, the most that remuda.gateway.batches.file-limit allows; send several files");
  }
}
