package io.remuda.gateway.batches;

import io.remuda.gateway.edge.Endpoint;
import io.remuda.gateway.routing.RouteSnapshot;
import io.remuda.gateway.typed.TypedModels;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.proto.batch.BatchProblem;
import io.remuda.protocol.proto.task.TaskRecord;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Lines that ask models, of either sort: typed ones, and ones whose engine reads JSON itself. */
public final class ModelLines implements LineWork {

  private final LineWork typed;
  private final LineWork engines;

  /**
   * @param payloadLimit bytes of a line's body
   */
  public ModelLines(TypedModels models, Supplier<RouteSnapshot> known, long payloadLimit) {
    this.typed = new TypedLines(models, known, payloadLimit);
    this.engines = new EngineLines(models, known, payloadLimit);
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
  public Optional<LineAnswer> done(TaskRecord record) {
    return record.getSchemaFingerprint().isEmpty() ? engines.done(record) : typed.done(record);
  }

  private LineWork of(String endpoint) {
    return Endpoint.of(endpoint).filter(EngineLines.TAKEN::contains).isPresent() ? engines : typed;
  }
}
