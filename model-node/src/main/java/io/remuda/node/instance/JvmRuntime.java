package io.remuda.node.instance;

import io.remuda.node.engine.EngineProfile.Endpoint;
import io.remuda.node.instance.RestartPolicy.End;
import io.remuda.node.jvm.JvmEngine;
import io.remuda.node.jvm.JvmModel;
import io.remuda.node.jvm.JvmModels;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A model that runs in this JVM: no process, no port, nothing to adopt. */
public final class JvmRuntime implements EngineRuntime {

  /** A call costs no more than its own work, so many may go on at once. */
  private static final int SLOTS = 64;

  private final Assignment assignment;
  private final String model;
  private final Duration pace;

  /**
   * @param pace between two pieces of a streamed answer
   */
  public JvmRuntime(Assignment assignment, Duration pace) {
    this.assignment = assignment;
    this.model = assignment.spec().model().orElse(assignment.spec().name().value());
    this.pace = pace;
  }

  @Override
  public Serving serving() {
    Set<String> paths = new TreeSet<>();
    if (JvmModels.isChat(model)) {
      Set<Endpoint> offered = Set.of(Endpoint.CHAT, Endpoint.COMPLETIONS);
      paths.addAll(EndpointPaths.of(offered, Endpoint.CHAT));
      paths.addAll(EndpointPaths.of(Set.of(Endpoint.EMBEDDINGS), Endpoint.EMBEDDINGS));
    } else {
      paths.addAll(EndpointPaths.of(Set.of(Endpoint.PREDICT), Endpoint.PREDICT));
    }
    return new Serving(Serving.slots(assignment, SLOTS), paths, true);
  }

  @Override
  public Start start() {
    Optional<JvmModel> found = JvmModels.find(model);
    if (found.isEmpty()) {
      return new Start.Not(JvmModels.unknown(), true);
    }
    String alias = assignment.spec().name().value();
    JvmEngine engine = new JvmEngine(found.get(), alias, Clock.systemUTC(), pace);
    return new Start.Up(
        new UnkeptEngine(
            new Upstream.InJvm(engine),
            new AtOnce(),
            new Ending("the model was unloaded", End.EXITED)));
  }

  /** What is an object of this JVM needs no other proof than that it is there. */
  private record AtOnce() implements Proof {
    @Override
    public CompletionStage<Optional<String>> prove(Duration limit) {
      return CompletableFuture.completedFuture(Optional.empty());
    }

    @Override
    public CompletionStage<Boolean> answers(boolean idle) {
      return CompletableFuture.completedFuture(true);
    }
  }
}
