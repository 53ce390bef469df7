package io.remuda.gateway.batches;

import io.remuda.gateway.task.Shelf;
import io.remuda.gateway.task.TaskRefusal;
import io.remuda.gateway.tasks.Backends;
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
 * Takes batches in and tells how they stand; whoever drives batches sees them at once. Nobody is
 * told of another tenant's: they do not exist for them. Keeps no state. A stage that fails does so
 * with a {@link TaskRefusal}.
 */
public final class BatchDesk {

  private static final int TRIES = 20;

  private final Supplier<Backends> backends;
  private final BatchSettings settings;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final FileDesk files;

  /**
   * @param random for ids, which nobody must guess
   */
  public BatchDesk(
      Supplier<Backends> backends,
      BatchSettings settings,
      InstantSource clock,
      RandomGenerator random) {
    this.backends = backends;
    this.settings = settings;
    this.clock = clock;
    this.random = random;
    this.files = new FileDesk(backends, settings, clock, random);
  }

  /**
   * A batch that somebody wants.
   *
   * @param account tenant of the key that sent it, where its use counts; empty: the operator's
   * @param models that its caller may use, as {@link io.remuda.protocol.access.AllowList#words}
   *     writes them; empty for all
   * @param windowText as the client wrote it
   * @param idempotencyKey under which the tenant may send it again; empty for none
   */
  public record Wanted(
      String tenant,
      String account,
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

  /** The files that batches read and write. */
  public FileDesk files() {
    return files;
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
        .thenApply(found -> found.map(Documents::batchOf).map(first -> same(first, wanted)));
  }

  private CompletionStage<BatchRecord> begin(Shelf shelf, Wanted wanted) {
    return Documents.read(shelf, Documents.FILE, wanted.tenant(), wanted.inputFile())
        .thenCompose(
            found -> {
              FileRecord file = Documents.fileOf(found);
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
            .setAccount(wanted.account())
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
        Documents.BATCH,
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
        .thenCompose(shelf -> Documents.read(shelf, Documents.BATCH, tenant, id))
        .thenApply(Documents::batchOf);
  }

  /** The newest first. */
  public CompletionStage<List<BatchRecord>> batches(
      String tenant, int limit, Optional<String> after) {
    return shelf()
        .thenCompose(shelf -> shelf.list(Documents.BATCH, tenant, limit, after))
        .thenApply(found -> found.stream().map(Documents::batchOf).toList());
  }

  /** Has a batch end early; one that has ended, or is about to, stays as it is. */
  public CompletionStage<BatchRecord> cancel(String tenant, String id) {
    return shelf().thenCompose(shelf -> cancel(shelf, tenant, id, TRIES));
  }

  private CompletionStage<BatchRecord> cancel(Shelf shelf, String tenant, String id, int tries) {
    return Documents.read(shelf, Documents.BATCH, tenant, id)
        .thenCompose(
            found -> {
              BatchRecord batch = Documents.batchOf(found);
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

  private CompletionStage<Shelf> shelf() {
    return Documents.shelf(backends.get());
  }

  /** What a refusal of the work says, as a failure. */
  public static TaskRefusal failure(Refused refused) {
    return new TaskRefusal(refused.code(), refused.message());
  }
}
