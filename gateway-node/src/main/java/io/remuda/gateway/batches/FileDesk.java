package io.remuda.gateway.batches;

import com.google.protobuf.ByteString;
import io.remuda.gateway.task.Shelf;
import io.remuda.gateway.task.TaskRefusal;
import io.remuda.gateway.tasks.Backends;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.proto.batch.BatchRecord;
import io.remuda.protocol.proto.batch.FileRecord;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Takes files in and gives them out, to their tenant alone. Keeps no state. A stage that fails does
 * so with a {@link TaskRefusal}.
 */
public final class FileDesk {

  private static final int PAGE = 100;

  private final Supplier<Backends> backends;
  private final BatchSettings settings;
  private final InstantSource clock;
  private final RandomGenerator random;

  FileDesk(
      Supplier<Backends> backends,
      BatchSettings settings,
      InstantSource clock,
      RandomGenerator random) {
    this.backends = backends;
    this.settings = settings;
    this.clock = clock;
    this.random = random;
  }

  public BatchSettings settings() {
    return settings;
  }

  /** A file that is arriving. */
  public CompletionStage<Upload> upload(String tenant) {
    return shelf()
        .thenCompose(
            shelf ->
                shelf
                    .list(Documents.FILE, tenant, settings.tenantFiles(), Optional.empty())
                    .thenApply(kept -> new Upload(shelf, settings, begun(tenant), room(kept))));
  }

  private long room(List<Shelf.Document> kept) {
    if (kept.size() >= settings.tenantFiles()) {
      throw full("files", settings.tenantFiles(), "tenant-files");
    }
    return settings.tenantBytes()
        - kept.stream().mapToLong(each -> Documents.fileOf(each).getBytes()).sum();
  }

  private FileRecord begun(String tenant) {
    Instant now = clock.instant();
    return FileRecord.newBuilder()
        .setId(BatchIds.mint("file-", random))
        .setTenant(tenant)
        .setCreatedAtMillis(now.toEpochMilli())
        .setExpiresAtMillis(now.plus(settings.fileTtl()).toEpochMilli())
        .build();
  }

  static TaskRefusal full(String what, long most, String key) {
    return new TaskRefusal(
        ErrorCode.INSUFFICIENT_QUOTA,
        "your files would be more than "
            + most
            + " "
            + what
            + ", the most that remuda.gateway.batches."
            + key
            + " allows; delete some that you no longer need");
  }

  public CompletionStage<FileRecord> file(String tenant, String id) {
    return shelf()
        .thenCompose(shelf -> Documents.read(shelf, Documents.FILE, tenant, id))
        .thenApply(Documents::fileOf);
  }

  /** The newest first; one more than the page tells whether there are more. */
  public CompletionStage<List<FileRecord>> files(String tenant, int limit, Optional<String> after) {
    return shelf()
        .thenCompose(shelf -> shelf.list(Documents.FILE, tenant, limit, after))
        .thenApply(found -> found.stream().map(Documents::fileOf).toList());
  }

  /** A piece of a file's content; fails when it is gone. */
  public CompletionStage<ByteString> content(FileRecord file, int piece) {
    return shelf()
        .thenCompose(shelf -> shelf.pieces(file.getId(), piece, 1))
        .thenApply(
            found -> {
              if (found.isEmpty()) {
                throw Documents.gone(Documents.FILE, file.getId());
              }
              return found.get(0).bytes();
            });
  }

  /** Fails with IN_USE while a batch that has not ended reads the file. */
  public CompletionStage<Void> delete(String tenant, String id) {
    return shelf()
        .thenCompose(
            shelf ->
                Documents.read(shelf, Documents.FILE, tenant, id)
                    .thenCompose(
                        found ->
                            user(shelf, tenant, id, Optional.empty())
                                .thenCompose(
                                    user ->
                                        user.isEmpty()
                                            ? shelf.remove(found)
                                            : CompletableFuture.failedStage(used(user.get()))))
                    .thenCompose(removed -> shelf.drop(id)));
  }

  private static TaskRefusal used(String batch) {
    return new TaskRefusal(
        ErrorCode.IN_USE,
        "the batch " + batch + " still reads this file; wait for its end, or cancel it first");
  }

  /** A batch that reads the file; no older one than the longest window lets run. */
  private CompletionStage<Optional<String>> user(
      Shelf shelf, String tenant, String file, Optional<String> after) {
    return shelf
        .list(Documents.BATCH, tenant, PAGE, after)
        .thenCompose(
            page -> {
              Optional<String> user =
                  page.stream()
                      .map(Documents::batchOf)
                      .filter(batch -> batch.getInputFileId().equals(file))
                      .filter(batch -> BatchDecider.reads(batch.getStatus()))
                      .map(BatchRecord::getId)
                      .findFirst();
              Instant oldest = clock.instant().minus(settings.longestWindow().multipliedBy(2));
              if (user.isPresent()
                  || page.size() < PAGE
                  || page.get(PAGE - 1).created().isBefore(oldest)) {
                return CompletableFuture.completedStage(user);
              }
              return user(shelf, tenant, file, Optional.of(page.get(PAGE - 1).id()));
            });
  }

  private CompletionStage<Shelf> shelf() {
    return Documents.shelf(backends.get());
  }
}
