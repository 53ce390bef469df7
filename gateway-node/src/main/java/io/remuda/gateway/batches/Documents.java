package io.remuda.gateway.batches;

import com.google.protobuf.InvalidProtocolBufferException;
import io.remuda.gateway.task.Shelf;
import io.remuda.gateway.task.TaskRefusal;
import io.remuda.gateway.tasks.Backends;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.proto.batch.BatchRecord;
import io.remuda.protocol.proto.batch.FileRecord;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The documents of files and batches on the shelf, as one tenant may see them. */
final class Documents {

  static final String FILE = "file";
  static final String BATCH = "batch";

  private Documents() {}

  /** Where they lie; fails while there is no store. */
  static CompletionStage<Shelf> shelf(Backends now) {
    return now.shelf()
        .map(CompletableFuture::completedStage)
        .orElseGet(
            () ->
                CompletableFuture.failedStage(
                    new TaskRefusal(ErrorCode.STORE_UNAVAILABLE, now.reason())));
  }

  /** Fails with NOT_FOUND for one that is of another kind, or of another tenant. */
  static CompletionStage<Shelf.Document> read(Shelf shelf, String kind, String tenant, String id) {
    return shelf
        .read(id)
        .thenApply(
            found ->
                found
                    .filter(each -> each.kind().equals(kind) && each.tenant().equals(tenant))
                    .orElseThrow(() -> gone(kind, id)));
  }

  static TaskRefusal gone(String kind, String id) {
    return new TaskRefusal(
        ErrorCode.NOT_FOUND,
        "there is no "
            + kind
            + " "
            + (id.length() > 80 ? "of this id" : id)
            + "; 'GET /v1/"
            + (kind.equals(BATCH) ? "batches" : "files")
            + "' lists yours, until their time is up");
  }

  static BatchRecord batchOf(Shelf.Document document) {
    try {
      return BatchRecord.parseFrom(document.body());
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("the record of " + document.id() + " is broken", e);
    }
  }

  static FileRecord fileOf(Shelf.Document document) {
    try {
      return FileRecord.parseFrom(document.body());
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("the record of " + document.id() + " is broken", e);
    }
  }
}
