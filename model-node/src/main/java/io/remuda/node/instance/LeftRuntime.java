package io.remuda.node.instance;

import io.remuda.node.engine.Adoption;
import io.remuda.node.engine.EngineStarter;
import io.remuda.node.engine.LogFormat;
import io.remuda.protocol.Refused;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * What a former JVM left of an instance that this one cannot run, such as one whose profile is gone
 * by now. Its engine, if it lives, serves nobody and is not started again; it can be ended.
 */
public final class LeftRuntime implements EngineRuntime {
  private final EngineStarter starter;
  private final Assignment assignment;
  private final Path folder;
  private final Refused why;

  /**
   * @param why it cannot be run here any more
   */
  public LeftRuntime(EngineStarter starter, Assignment assignment, Path folder, Refused why) {
    this.starter = starter;
    this.assignment = assignment;
    this.folder = folder;
    this.why = why;
  }

  @Override
  public boolean startable() {
    return false;
  }

  @Override
  public Serving serving() {
    return Serving.nothing(assignment);
  }

  @Override
  public Start start() {
    return new Start.Not(why, true);
  }

  @Override
  public Optional<Running> adopt() {
    return starter.adopt(folder) instanceof Adoption.Adopted adopted
        ? Optional.of(
            new KeptEngine(
                adopted.process(),
                new Upstream.Absent(),
                new Never(why.message()),
                Optional.empty(),
                LogFormat.USUAL))
        : Optional.empty();
  }

  private record Never(String reason) implements Proof {
    @Override
    public CompletionStage<Optional<String>> prove(Duration limit) {
      return CompletableFuture.completedFuture(Optional.of(reason));
    }

    @Override
    public CompletionStage<Boolean> answers(boolean idle) {
      return CompletableFuture.completedFuture(false);
    }
  }
}
