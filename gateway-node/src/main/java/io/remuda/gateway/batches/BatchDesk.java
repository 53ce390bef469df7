package io.remuda.gateway.batches;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.remuda.gateway.task.Shelf;
import io.remuda.gateway.task.TaskRefusal;
import io.remuda.gateway.tasks.TaskDesk;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.proto.batch.BatchRecord;
import io.remuda.protocol.proto.batch.BatchStatus;
import io.remuda.protocol.proto.batch.FileRecord;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Takes files and batches in and tells how they stand; whoever drives batches sees them at once.
 * Nobody is told of another tenant's: they do not exist for them. Keeps no state. A stage that
 * fails does so with a {@link TaskRefusal}.
 */
public final class BatchDesk {

  static final String KIND = "batch";
  private static final int TRIES = 20;
  private static final int PAGE = 100;

  private final Supplier<TaskDesk.Backends> backends;
  private final BatchSettings settings;
  private final InstantSource clock;
  private final RandomGenerator random;

  /**
   * @param random for ids, which nobody must guess
   */
  public BatchDesk(
      Supplier<TaskDesk.Backends> backends,
      BatchSettings settings,
      InstantSource clock,
      RandomGenerator random) {
    this.backends = backends;
    this.settings = settings;
    this.clock = clock;
    this.random = random;
  }

  /**
   * A batch that somebody wants.
   *
   * @param models that its caller may use; empty for all
   * @param windowText as the client wrote it
   * @param idempotencyKey under which the tenant may send it again; empty for none
   */
  public record Wanted(
      String tenant,
      String inputFile,
      String endpoint,
      Duration window,
      String windowText,
      Map<String, String> metadata,
      Set<String> models,
      String idempotencyKey) {
    public Wanted {
      metadata = Map.copyOf(metadata);
      models = Set.copyOf(models);
    }
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
                    .list(FileWriting.KIND, tenant, settings.tenantFiles(), Optional.empty())
                    .thenApply(kept -> new Upload(shelf, tenant, room(kept))));
  }

  private long room(List<Shelf.Document> kept) {
    if (kept.size() >= settings.tenantFiles()) {
      throw full("files", settings.tenantFiles(), "tenant-files");
    }
    return settings.tenantBytes() - kept.stream().mapToLong(each -> fileOf(each).getBytes()).sum();
  }

  private static TaskRefusal full(String what, long most, String key) {
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

  /** Takes a file's bytes as they come; one call at a time. */
  public final class Upload {
    private final FileRecord.Builder file;
    private final Shelf shelf;
    private final long room;
    private Optional<FileWriting> writing = Optional.empty();
    private CompletionStage<?> last = CompletableFuture.completedStage(null);
    private boolean abandoned;

    private Upload(Shelf shelf, String tenant, long room) {
      Instant now = clock.instant();
      this.shelf = shelf;
      this.room = room;
      this.file =
          FileRecord.newBuilder()
              .setId(BatchIds.mint("file-", random))
              .setTenant(tenant)
              .setCreatedAtMillis(now.toEpochMilli())
              .setExpiresAtMillis(now.plus(settings.fileTtl()).toEpochMilli());
    }

    /** Fails when the file has become larger than it may be. */
    public synchronized CompletionStage<Void> add(ByteString bytes) {
      FileWriting into = writing();
      long size = into.bytes() + bytes.size();
      if (abandoned || size > settings.fileLimit()) {
        return CompletableFuture.failedStage(tooLarge());
      }
      if (size > room) {
        return CompletableFuture.failedStage(full("bytes", settings.tenantBytes(), "tenant-bytes"));
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
  }

  private TaskRefusal tooLarge() {
    return new TaskRefusal(
        ErrorCode.TOO_LARGE,
        "the file has more than "
            + settings.fileLimit()
            + " bytes, the most that remuda.gateway.batches.file-limit allows; send several files");
  }

  public CompletionStage<FileRecord> file(String tenant, String id) {
    return shelf()
        .thenCompose(shelf -> document(shelf, FileWriting.KIND, tenant, id))
        .thenApply(BatchDesk::fileOf);
  }

  /** The newest first; one more than the page tells whether there are more. */
  public CompletionStage<List<FileRecord>> files(String tenant, int limit, Optional<String> after) {
    return shelf()
        .thenCompose(shelf -> shelf.list(FileWriting.KIND, tenant, limit, after))
        .thenApply(found -> found.stream().map(BatchDesk::fileOf).toList());
  }

  /** A piece of a file's content; fails when it is gone. */
  public CompletionStage<ByteString> content(FileRecord file, int piece) {
    return shelf()
        .thenCompose(shelf -> shelf.pieces(file.getId(), piece, 1))
        .thenApply(
            found -> {
              if (found.isEmpty()) {
                throw gone(FileWriting.KIND, file.getId());
              }
              return found.get(0).bytes();
            });
  }

  /** Fails with IN_USE while a batch that has not ended reads the file. */
  public CompletionStage<Void> deleteFile(String tenant, String id) {
    return shelf()
        .thenCompose(
            shelf ->
                document(shelf, FileWriting.KIND, tenant, id)
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
        .list(KIND, tenant, PAGE, after)
        .thenCompose(
            page -> {
              Optional<String> user =
                  page.stream()
                      .map(BatchDesk::batchOf)
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

  /** Takes a batch in; the same again under the same idempotency key finds the first one. */
  public CompletionStage<BatchRecord> create(Wanted wanted) {
    return shelf()
        .thenCompose(
            shelf ->
                first(shelf, wanted)
                    .thenCompose(
                        first ->
                            first
                                .map(CompletableFuture::completedStage)
                                .orElseGet(() -> begin(shelf, wanted))));
  }

  /** What was begun under the same key before, whatever has become of its input since. */
  private CompletionStage<Optional<BatchRecord>> first(Shelf shelf, Wanted wanted) {
    if (wanted.idempotencyKey().isEmpty()) {
      return CompletableFuture.completedStage(Optional.empty());
    }
    return shelf
        .read(id(wanted))
        .thenApply(found -> found.map(BatchDesk::batchOf).map(first -> same(first, wanted)));
  }

  private CompletionStage<BatchRecord> begin(Shelf shelf, Wanted wanted) {
    return document(shelf, FileWriting.KIND, wanted.tenant(), wanted.inputFile())
        .thenCompose(
            found -> {
              FileRecord file = fileOf(found);
              if (!file.getPurpose().equals("batch")) {
                return CompletableFuture.failedStage(
                    new TaskRefusal(
                        ErrorCode.INVALID_REQUEST,
                        "the file's purpose is '"
                            + file.getPurpose()
                            + "'; upload the input of a batch with purpose batch"));
              }
              Instant end = clock.instant().plus(wanted.window());
              if (end.isAfter(found.expires())) {
                return CompletableFuture.failedStage(
                    new TaskRefusal(
                        ErrorCode.INVALID_REQUEST,
                        "the file is kept until "
                            + found.expires()
                            + " and the window ends after it; upload the file again, or name a"
                            + " shorter completion_window"));
              }
              return add(shelf, wanted);
            });
  }

  private String id(Wanted wanted) {
    return wanted.idempotencyKey().isEmpty()
        ? BatchIds.mint("batch_", random)
        : BatchIds.derived("batch_", wanted.tenant(), wanted.idempotencyKey());
  }

  private static String digest(Wanted wanted) {
    List<String> words =
        new ArrayList<>(List.of(wanted.inputFile(), wanted.endpoint(), wanted.windowText()));
    new TreeMap<>(wanted.metadata())
        .forEach(
            (name, value) -> {
              words.add(name);
              words.add(value);
            });
    return BatchIds.derived("", words.toArray(String[]::new));
  }

  private CompletionStage<BatchRecord> add(Shelf shelf, Wanted wanted) {
    Instant now = clock.instant();
    BatchRecord batch =
        BatchRecord.newBuilder()
            .setId(id(wanted))
            .setRequestDigest(digest(wanted))
            .setTenant(wanted.tenant())
            .setInputFileId(wanted.inputFile())
            .setEndpoint(wanted.endpoint())
            .setCompletionWindow(wanted.windowText())
            .setStatus(BatchStatus.VALIDATING)
            .setCreatedAtMillis(now.toEpochMilli())
            .setExpiresAtMillis(now.plus(wanted.window()).toEpochMilli())
            .putAllMetadata(wanted.metadata())
            .addAllModels(wanted.models())
            .build();
    return shelf
        .add(document(batch), true)
        .thenCompose(
            added ->
                added
                    ? CompletableFuture.completedStage(batch)
                    : batch(wanted.tenant(), batch.getId())
                        .thenApply(first -> same(first, wanted)));
  }

  private Shelf.Document document(BatchRecord batch) {
    Instant created = Instant.ofEpochMilli(batch.getCreatedAtMillis());
    return new Shelf.Document(
        batch.getId(),
        KIND,
        batch.getTenant(),
        1,
        created,
        created.plus(settings.fileTtl()),
        batch.toByteString());
  }

  private static BatchRecord same(BatchRecord first, Wanted again) {
    if (first.getRequestDigest().equals(digest(again))) {
      return first;
    }
    throw new TaskRefusal(
        ErrorCode.IDEMPOTENCY_CONFLICT,
        "another batch was sent under the same Idempotency-Key before; take a new key for a new"
            + " batch");
  }

  public CompletionStage<BatchRecord> batch(String tenant, String id) {
    return shelf()
        .thenCompose(shelf -> document(shelf, KIND, tenant, id))
        .thenApply(BatchDesk::batchOf);
  }

  /** The newest first. */
  public CompletionStage<List<BatchRecord>> batches(
      String tenant, int limit, Optional<String> after) {
    return shelf()
        .thenCompose(shelf -> shelf.list(KIND, tenant, limit, after))
        .thenApply(found -> found.stream().map(BatchDesk::batchOf).toList());
  }

  /** Has a batch end early; one that has ended, or is about to, stays as it is. */
  public CompletionStage<BatchRecord> cancel(String tenant, String id) {
    return shelf().thenCompose(shelf -> cancel(shelf, tenant, id, TRIES));
  }

  private CompletionStage<BatchRecord> cancel(Shelf shelf, String tenant, String id, int tries) {
    return document(shelf, KIND, tenant, id)
        .thenCompose(
            found -> {
              BatchRecord batch = batchOf(found);
              Optional<BatchRecord> next = BatchDecider.cancelling(batch, clock.instant());
              if (next.isEmpty()) {
                return CompletableFuture.completedStage(batch);
              }
              return shelf
                  .replace(found.with(next.get().toByteString()), true)
                  .thenCompose(
                      done -> {
                        if (done) {
                          return CompletableFuture.completedStage(next.get());
                        }
                        // Who drives it has changed it meanwhile.
                        return tries > 0
                            ? cancel(shelf, tenant, id, tries - 1)
                            : CompletableFuture.failedStage(
                                new TaskRefusal(
                                    ErrorCode.STORE_UNAVAILABLE,
                                    "the batch changes too fast to be cancelled; try again"));
                      });
            });
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

  private static CompletionStage<Shelf.Document> document(
      Shelf shelf, String kind, String tenant, String id) {
    return shelf
        .read(id)
        .thenApply(
            found ->
                found
                    .filter(each -> each.kind().equals(kind) && each.tenant().equals(tenant))
                    .orElseThrow(() -> gone(kind, id)));
  }

  private static TaskRefusal gone(String kind, String id) {
    return new TaskRefusal(
        ErrorCode.NOT_FOUND,
        "there is no "
            + kind
            + " "
            + (id.length() > 80 ? "of this id" : id)
            + "; 'GET /v1/"
            + (kind.equals(KIND) ? "batches" : "files")
            + "' lists yours, until their time is up");
  }

  private CompletionStage<Shelf> shelf() {
    TaskDesk.Backends now = backends.get();
    return now.shelf()
        .map(CompletableFuture::completedStage)
        .orElseGet(
            () ->
                CompletableFuture.failedStage(
                    new TaskRefusal(ErrorCode.STORE_UNAVAILABLE, now.reason())));
  }

  /** What a refusal of the work says, as a failure. */
  public static TaskRefusal failure(Refused refused) {
    return new TaskRefusal(refused.code(), refused.message());
  }
}
