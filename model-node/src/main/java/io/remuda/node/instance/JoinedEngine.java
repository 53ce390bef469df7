package io.remuda.node.instance;

import io.remuda.node.engine.EngineProfile;
import io.remuda.node.engine.EngineProfile.Endpoint;
import io.remuda.node.engine.EngineTarget;
import io.remuda.node.instance.RestartPolicy.End;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.TaskFacet;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/**
 * The place of a worker: taken by the next one that joins, and given up when that one goes. One
 * worker at most; another one gets a new place.
 */
final class JoinedEngine implements EngineRuntime.Running {
  private final EngineTools tools;
  private final EngineProfile profile;
  private final ModelName model;
  private final Serving usual;
  private final CompletableFuture<JoinedWorker> arrival;
  private final CompletableFuture<EngineRuntime.Ending> ending = new CompletableFuture<>();
  private volatile Optional<JoinedWorker> worker = Optional.empty();

  JoinedEngine(
      EngineTools tools,
      WorkerDesk desk,
      EngineProfile profile,
      ModelName model,
      String fingerprint,
      Serving usual) {
    this.tools = tools;
    this.profile = profile;
    this.model = model;
    this.usual = usual;
    this.arrival = desk.next(model, fingerprint);
  }

  @Override
  public OptionalLong pid() {
    return OptionalLong.empty();
  }

  @Override
  public OptionalInt port() {
    return worker
        .flatMap(JoinedWorker::address)
        .map(address -> OptionalInt.of(address.getPort()))
        .orElseGet(OptionalInt::empty);
  }

  @Override
  public Upstream upstream() {
    return worker
        .flatMap(JoinedWorker::address)
        .<Upstream>map(address -> Upstream.Http.of(target(address)))
        .orElseGet(Upstream.Absent::new);
  }

  /** As this worker says: the next one in its place may do more, or less. */
  @Override
  public Optional<Serving> serving() {
    return worker.map(
        joined ->
            new Serving(
                joined.slots().orElse(usual.slots()),
                joined.address().isPresent() ? usual.endpoints() : Set.of(),
                usual.clean(),
                usual.continues()));
  }

  @Override
  public Optional<TaskDesk.Duty> duty() {
    return worker.filter(joined -> joined.tasks().isPresent()).map(OwnTasks::new);
  }

  /** What takes its tasks itself has to be told to rest, by the answer to its ping. */
  @Override
  public CompletionStage<Void> rests(long lease) {
    return worker
        .filter(joined -> joined.tasks().isPresent())
        .map(joined -> joined.rests(lease))
        .orElseGet(() -> CompletableFuture.completedStage(null));
  }

  @Override
  public CompletionStage<EngineRuntime.Ending> ending() {
    return ending.minimalCompletionStage();
  }

  /** Waits for a worker, then for the first answer at its address. */
  @Override
  public CompletionStage<Optional<String>> prove(Duration limit) {
    return arrival
        .copy()
        .orTimeout(limit.toMillis(), TimeUnit.MILLISECONDS)
        .handle((joined, none) -> none == null ? Optional.of(joined) : NOBODY)
        .thenCompose(
            joined ->
                joined.isPresent()
                    ? welcome(joined.get(), limit)
                    : CompletableFuture.completedStage(
                        Optional.of(
                            "no worker of " + model + " has joined this machine in " + limit)));
  }

  private static final Optional<JoinedWorker> NOBODY = Optional.empty();

  private CompletionStage<Optional<String>> welcome(JoinedWorker joined, Duration limit) {
    worker = Optional.of(joined);
    joined.gone().thenAccept(why -> ending.complete(new EngineRuntime.Ending(why, End.AWAY)));
    return joined
        .address()
        .map(
            address ->
                probed(address)
                    .prove(limit.compareTo(tools.answerLimit()) < 0 ? limit : tools.answerLimit()))
        .orElseGet(() -> CompletableFuture.completedStage(Optional.empty()));
  }

  /** That it pings is known already. */
  @Override
  public CompletionStage<Boolean> answers(boolean idle) {
    return worker
        .flatMap(JoinedWorker::address)
        .map(address -> probed(address).answers(idle))
        .orElseGet(() -> CompletableFuture.completedStage(true));
  }

  @Override
  public CompletionStage<?> end(Duration grace) {
    arrival.cancel(false);
    ending.complete(
        new EngineRuntime.Ending(
            "the worker is not used until it answers; see its own log", End.AWAY));
    return ending;
  }

  private Probed probed(URI address) {
    return new Probed(tools, profile, Endpoint.PREDICT, target(address), Optional.empty());
  }

  private EngineTarget target(URI address) {
    return new EngineTarget(address, model.value(), Map.of());
  }

  /** A worker that takes its tasks itself: the machine only says so. */
  private record OwnTasks(JoinedWorker worker) implements TaskDesk.Duty {
    @Override
    public TaskFacet facet() {
      return worker.tasks().orElse(TaskFacet.NOT_READY);
    }

    @Override
    public CompletionStage<Void> drain() {
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public void close() {}
  }
}
