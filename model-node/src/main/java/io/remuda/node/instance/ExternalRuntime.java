package io.remuda.node.instance;

import io.remuda.node.engine.EngineProfile;
import io.remuda.node.engine.EngineProfile.Endpoint;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.Schema;
import java.util.Set;

/**
 * A worker that joined this machine by itself: nothing is started and nothing is ended. It is ready
 * while it pings and, where it answers calls, its address does; while it is away the instance waits
 * for it.
 */
public final class ExternalRuntime implements EngineRuntime {

  private final EngineTools tools;
  private final WorkerDesk desk;
  private final EngineProfile profile;
  private final Assignment assignment;

  public ExternalRuntime(
      EngineTools tools, WorkerDesk desk, EngineProfile profile, Assignment assignment) {
    this.tools = tools;
    this.desk = desk;
    this.profile = profile;
    this.assignment = assignment;
  }

  /** Until a worker is there, callers are told that it will answer; then it says so itself. */
  @Override
  public Serving serving() {
    return new Serving(
        Serving.slots(assignment, ModelSpec.DEFAULT_SLOTS),
        EndpointPaths.of(Set.of(Endpoint.PREDICT), Endpoint.PREDICT),
        true);
  }

  @Override
  public Start start() {
    String fingerprint = assignment.spec().schema().map(Schema::fingerprint).orElse("");
    return new Start.Up(
        new JoinedEngine(tools, desk, profile, assignment.spec().name(), fingerprint, serving()));
  }
}
