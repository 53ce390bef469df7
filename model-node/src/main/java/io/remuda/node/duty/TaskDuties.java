package io.remuda.node.duty;

import io.remuda.node.instance.HostedInstance;
import io.remuda.node.instance.TaskDesk;
import io.remuda.node.instance.Upstream;
import io.remuda.node.task.Claims;
import io.remuda.node.task.TaskBackends;
import io.remuda.node.task.TaskSource;
import io.remuda.node.task.TaskWorker;
import io.remuda.protocol.bytes.InferencePort;
import io.remuda.protocol.model.Schema;
import io.remuda.protocol.model.TaskFacet;
import io.remuda.protocol.task.TaskNames;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * Puts instances to work on the tasks of their models: the queue of a name and a schema, and those
 * of the schemas that it added to.
 */
public final class TaskDuties implements TaskDesk {
  private final TaskSource source;
  private final Claims claims;
  private final InferencePort admitted;
  private final TaskDutySettings settings;
  private final Executor callers;

  private TaskDuties(
      TaskSource source,
      Claims claims,
      InferencePort admitted,
      TaskDutySettings settings,
      Executor callers) {
    this.source = source;
    this.claims = claims;
    this.admitted = admitted;
    this.settings = settings;
    this.callers = callers;
  }

  /**
   * The desk of a machine.
   *
   * @param admitted the front's door for callers that hold a permit of the instance
   * @param callers where calls are begun; never an event loop
   */
  public static TaskDesk of(
      TaskBackends backends, InferencePort admitted, TaskDutySettings settings, Executor callers) {
    if (backends.source().isPresent() && backends.claims().isPresent()) {
      return of(backends.source().get(), backends.claims().get(), admitted, settings, callers);
    }
    return TaskDesk.closed(
        backends.unavailable().orElse("no queue of tasks is configured for this machine"));
  }

  /** The desk of a machine that takes tasks from this source and stores by these claims. */
  public static TaskDesk of(
      TaskSource source,
      Claims claims,
      InferencePort admitted,
      TaskDutySettings settings,
      Executor callers) {
    return new TaskDuties(source, claims, admitted, settings, callers);
  }

  @Override
  public Optional<Duty> begin(HostedInstance instance) {
    boolean asked =
        instance.schema().isPresent()
            || instance.endpoints().stream().anyMatch(TaskNames.UNTYPED_PATHS::contains);
    return asked ? Optional.of(new Working(worker(instance))) : Optional.empty();
  }

  private TaskWorker worker(HostedInstance instance) {
    TaskMeters meters = new TaskMeters(instance.alias());
    ServedModel model =
        new ServedModel(
            admitted,
            instance,
            settings.worker().runLimit(),
            settings.worker().lookInterval(),
            settings.worker().maxResult(),
            callers,
            meters);
    int window =
        settings.windowFor(instance.gate().slots(), instance.upstream() instanceof Upstream.InJvm);
    return new TaskWorker(
        source,
        new MeasuredClaims(claims, meters),
        instance.id().model(),
        instance.schema().map(Schema::fingerprint).orElse(""),
        instance.schema().map(Schema::earlier).orElse(List.of()),
        window,
        new GateSlots(instance.gate()),
        model,
        settings.worker());
  }

  /** One instance at work. */
  private final class Working implements Duty {
    private final TaskWorker worker;
    private FacetPolicy policy = FacetPolicy.connecting();

    Working(TaskWorker worker) {
      this.worker = worker;
    }

    @Override
    public synchronized TaskFacet facet() {
      policy = policy.seen(worker.health(), System.nanoTime(), settings.patience().toNanos());
      return policy.facet();
    }

    @Override
    public CompletionStage<Void> drain() {
      return worker.drain();
    }

    @Override
    public void close() {
      worker.close();
    }
  }
}
