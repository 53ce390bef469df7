package io.remuda.gateway.tasks;

import io.remuda.gateway.edge.Metering;
import io.remuda.gateway.task.ResultStore;
import io.remuda.gateway.task.TaskRefusal;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.id.TaskId;
import io.remuda.protocol.metrics.MetricNames;
import io.remuda.protocol.proto.task.TaskEnvelope;
import io.remuda.protocol.proto.task.TaskRecord;
import io.remuda.protocol.proto.task.TaskState;
import java.net.URI;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import kamon.Kamon;

/**
 * Takes tasks in and tells how they stand. A task counts as accepted only once the queue has
 * confirmed it and its webhook, if it has one, is written down. Nobody is told of another tenant's
 * task: it does not exist for them.
 *
 * <p>Keeps nothing but what its queue left open of the latest tasks. Every stage ends within the
 * stores' time-out; one that fails does so with a {@link TaskRefusal}.
 */
public final class TaskDesk {

  private final Supplier<Backends> backends;
  private final DeskSettings settings;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final TaskLimits limits;
  private final TaskPublisher publisher;
  private final FirstLookups lookups;

  /** A desk where nobody has limits. */
  public TaskDesk(
      Supplier<Backends> backends,
      DeskSettings settings,
      InstantSource clock,
      RandomGenerator random) {
    this(backends, settings, clock, random, Metering.NONE);
  }

  /**
   * @param backends asked at every call, since they come and go
   * @param random for ids, which nobody must guess
   * @param metering the limits of those whose tasks they are
   */
  public TaskDesk(
      Supplier<Backends> backends,
      DeskSettings settings,
      InstantSource clock,
      RandomGenerator random,
      Metering metering) {
    this.backends = backends;
    this.settings = settings;
    this.clock = clock;
    this.random = random;
    this.limits = new TaskLimits(metering);
    this.publisher = new TaskPublisher(backends, clock, settings.unsure());
    this.lookups = new FirstLookups(settings.lookups(), settings.lookupsOfOwner());
  }

  public DeskSettings settings() {
    return settings;
  }

  /** What of the tasks that were taken in could not be done. */
  public GivenUpTasks givenUp() {
    return new GivenUpTasks(backends, clock);
  }

  /**
   * Puts a task into its model's queue. The same tenant's second try under the same idempotency key
   * finds the first one's task, and publishes it again where its confirm was never seen. Beyond its
   * owner's limits it is refused, unless it is such a second try of a task that has its part of
   * them. What its queue refused took nothing of the limits; what its queue has, or may have, keeps
   * its part.
   */
  public CompletionStage<Accepted> submit(Submit wanted) {
    Instant now = clock.instant();
    Instant deadline = now.plus(wanted.deadline());
    TaskEnvelope task =
        TaskEnvelope.newBuilder()
            .setTaskId(TaskId.mint(deadline, random).value())
            .setModel(wanted.model().value())
            .setSchemaFingerprint(wanted.fingerprint())
            .setPayload(wanted.payload())
            .setCreatedAtMillis(now.toEpochMilli())
            .setDeadlineMillis(deadline.toEpochMilli())
            .setTenant(wanted.tenant())
            .setAccount(wanted.account())
            .setIdempotencyKey(wanted.idempotencyKey())
            .setRequestId(wanted.requestId())
            .setResultTtlSeconds(wanted.resultTtl().toSeconds())
            .build();
    Metering.Admission admission = limits.admit(task);
    CompletionStage<Accepted> answer =
        admission.refused().isPresent()
            ? foundAgain(task, wanted.webhook(), failure(admission.refused().get(), admission))
            : submit(task, wanted.webhook(), admission.ticket());
    return answer.whenComplete((accepted, failure) -> count(wanted.model(), failure == null));
  }

  private CompletionStage<Accepted> submit(
      TaskEnvelope task, Optional<URI> webhook, Metering.Ticket ticket) {
    return TaskPublisher.keeping(ticket, results())
        .thenCompose(
            store ->
                TaskPublisher.keeping(ticket, store.submitting(task))
                    .thenCompose(
                        noted -> {
                          if (noted.repeated()) {
                            if (hasItsPart(noted)) {
                              ticket.giveBack();
                            }
                            return repeated(store, task, noted, webhook, ticket);
                          }
                          return publisher
                              .publish(store, task, webhook, ticket)
                              .thenApply(state -> Accepted.of(task, state, false));
                        }));
  }

  /** Nothing is left of the limits: only who asks for a task that has its place already is told. */
  private CompletionStage<Accepted> foundAgain(
      TaskEnvelope task, Optional<URI> webhook, TaskRefusal otherwise) {
    if (task.getIdempotencyKey().isEmpty()) {
      return CompletableFuture.failedStage(otherwise);
    }
    return results()
        .thenCompose(
            store ->
                lookups
                    .first(task, store::first)
                    .thenCompose(
                        first ->
                            first
                                .filter(this::hasItsPart)
                                .map(
                                    noted ->
                                        repeated(store, task, noted, webhook, Metering.Ticket.NONE))
                                .orElseGet(() -> CompletableFuture.failedStage(otherwise))));
  }

  /** It is in its queue, or may be, and took of its owner's limits what it may use. */
  private boolean hasItsPart(ResultStore.Submission noted) {
    return noted.state() != TaskState.SUBMITTING || publisher.isUnsureOf(noted.id().value());
  }

  /**
   * Puts a task into its model's queue unless it is known there, or has ended. May be said again
   * and again, by several at once: its id is the same each time. It takes its part of its owner's
   * limits as it goes into the queue, and gives that back where the queue certainly has not got it;
   * fails with their refusal where there is nothing left for it.
   *
   * @return the state that it now has
   */
  public CompletionStage<TaskState> ensure(TaskEnvelope task) {
    return results()
        .thenCompose(
            store ->
                store
                    .submitting(task)
                    .thenCompose(
                        noted ->
                            noted.state() == TaskState.SUBMITTING
                                ? publishAgain(store, task)
                                : CompletableFuture.completedStage(noted.state())));
  }

  /** The task's record; fails with NOT_FOUND when there is none that this tenant may see. */
  public CompletionStage<TaskRecord> read(String tenant, TaskId id) {
    return results()
        .thenCompose(store -> store.read(id))
        .thenApply(
            found ->
                found
                    .filter(record -> record.getTenant().equals(tenant))
                    .or(() -> found.isPresent() ? Optional.empty() : byItsId(id))
                    .orElseThrow(() -> unknown(id)));
  }

  /** A tenant's tasks, the newest first. */
  public CompletionStage<List<TaskRecord>> list(String tenant, int limit, Optional<TaskId> before) {
    return results().thenCompose(store -> store.list(tenant, limit, before));
  }

  /** Ends a task that has not ended; completes with the record that holds, whatever it says. */
  public CompletionStage<TaskRecord> cancel(String tenant, TaskId id) {
    return read(tenant, id)
        .thenCompose(
            record ->
                Ended.is(record.getState())
                    ? CompletableFuture.completedStage(record)
                    : results()
                        .thenCompose(
                            store ->
                                store.end(
                                    id,
                                    TaskState.CANCELLED,
                                    "cancelled",
                                    "cancelled by its owner",
                                    now()))
                        .thenCompose(state -> read(tenant, id)));
  }

  private CompletionStage<TaskState> publishAgain(ResultStore store, TaskEnvelope task) {
    if (publisher.isUnsureOf(task.getTaskId())) {
      return publisher.publish(store, task, Optional.empty(), Metering.Ticket.NONE);
    }
    Metering.Admission admission = limits.admit(task);
    return admission.refused().isPresent()
        ? CompletableFuture.failedStage(failure(admission.refused().get(), admission))
        : publisher.publish(store, task, Optional.empty(), admission.ticket());
  }

  private CompletionStage<Accepted> repeated(
      ResultStore store,
      TaskEnvelope again,
      ResultStore.Submission first,
      Optional<URI> webhook,
      Metering.Ticket ticket) {
    TaskEnvelope task =
        again.toBuilder()
            .setTaskId(first.id().value())
            .setDeadlineMillis(
                first.id().deadline().map(Instant::toEpochMilli).orElse(again.getDeadlineMillis()))
            .build();
    if (first.state() == TaskState.SUBMITTING) {
      return publisher
          .publish(store, task, webhook, ticket)
          .thenApply(state -> Accepted.of(task, state, true));
    }
    // The first try may have ended between the queue's confirm and this note.
    return publisher
        .remember(task, webhook)
        .thenCompose(done -> store.read(first.id()))
        .thenApply(
            found ->
                new Accepted(
                    found.or(() -> byItsId(first.id())).orElseGet(() -> withoutRecord(task)),
                    true));
  }

  /** The queue has it and no store knows it, which is well until its deadline alone. */
  private TaskRecord withoutRecord(TaskEnvelope task) {
    if (now().toEpochMilli() > task.getDeadlineMillis()) {
      throw new TaskRefusal(
          ErrorCode.ENDED,
          "task "
              + task.getTaskId()
              + " was submitted under this idempotency key; it has ended, and nothing is kept of it"
              + " any more. Use another key to run the request again");
    }
    return Accepted.of(task, TaskState.QUEUED, true).record();
  }

  private Optional<TaskRecord> byItsId(TaskId id) {
    return Ended.byItsId(id, now(), settings.recordSlack());
  }

  private static void count(ModelName model, boolean accepted) {
    Kamon.counter(MetricNames.TASKS)
        .withTag(MetricNames.MODEL, model.value())
        .withTag(MetricNames.OUTCOME, accepted ? "accepted" : "refused")
        .increment();
  }

  private CompletionStage<ResultStore> results() {
    return backends.get().requireResults();
  }

  private static TaskRefusal unknown(TaskId id) {
    return new TaskRefusal(
        ErrorCode.NOT_FOUND,
        "there is no task " + id + "; 'GET /v1/tasks' lists yours, until their time is up");
  }

  private static TaskRefusal failure(Refused refused, Metering.Admission admission) {
    return new TaskRefusal(refused, Optional.of(admission.retryAfter()), admission.headers());
  }

  private Instant now() {
    return clock.instant();
  }
}
