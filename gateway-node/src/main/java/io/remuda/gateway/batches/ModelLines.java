package io.remuda.gateway.batches;

import io.remuda.gateway.edge.Endpoint;
import io.remuda.gateway.routing.RouteSnapshot;
import io.remuda.gateway.typed.TypedModels;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.proto.batch.BatchProblem;
import io.remuda.protocol.proto.task.TaskRecord;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Lines that ask models, of either sort: typed ones, and ones whose engine reads JSON itself. */
public final class ModelLines implements LineWork {

  private final LineWork typed;
  private final LineWork engines;
  private final RemovedModels removed;

  /**
   * @param payloadLimit bytes of a line's body
   * @param removedWait after which the lines of a removed model are given up
   */
  public ModelLines(
      TypedModels models,
      Supplier<RouteSnapshot> known,
      long payloadLimit,
      Duration removedWait,
      InstantSource clock) {
    this.removed = new RemovedModels(known, removedWait, clock);
    this.typed = new TypedLines(models, known, removed, payloadLimit);
    this.engines = new EngineLines(models, known, removed, payloadLimit);
  }

  @Override
  public Optional<Refused> check(String endpoint, Predicate<ModelName> sees) {
    return of(endpoint).check(endpoint, sees);
  }

  @Override
  public Optional<BatchProblem> check(BatchLine line, Predicate<ModelName> sees) {
    return of(line.url()).check(line, sees);
  }

  @Override
  public Prepared prepare(BatchLine line) {
    return of(line.url()).prepare(line);
  }

  @Override
  public Optional<Refused> gone(ModelName model) {
    return removed.gone(model);
  }

  @Override
  public Optional<LineAnswer> done(TaskRecord record) {
    return record.getSchemaFingerprint().isEmpty() ? engines.done(record) : typed.done(record);
  }

  private LineWork of(String endpoint) {
    return Endpoint.of(endpoint).filter(EngineLines.TAKEN::contains).isPresent() ? engines : typed;
  }
}
