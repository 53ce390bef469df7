package io.remuda.node.instance;

import io.remuda.node.engine.EngineProcess;
import io.remuda.node.engine.EngineProfile;
import io.remuda.node.engine.EngineProfile.Endpoint;
import io.remuda.node.engine.EngineTarget;
import io.remuda.node.engine.Readiness;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The proof of an engine that speaks HTTP: the steps of its profile, asked of the address itself.
 *
 * @param process the engine's own; empty for a server elsewhere
 */
record Probed(
    EngineTools tools,
    EngineProfile profile,
    Endpoint serves,
    EngineTarget target,
    Optional<EngineProcess> process)
    implements EngineRuntime.Proof {

  /** Never completed when the engine has died meanwhile: its end is told by itself. */
  @Override
  public CompletionStage<Optional<String>> prove(Duration limit) {
    return tools
        .probe()
        .awaitReady(profile, serves, target, process, limit)
        .thenCompose(Probed::missing);
  }

  @Override
  public CompletionStage<Boolean> answers(boolean idle) {
    return tools
        .probe()
        .once(idle ? profile : profile.withoutWork(), serves, target, process, tools.answerLimit())
        .thenApply(readiness -> readiness instanceof Readiness.Ready);
  }

  private static CompletionStage<Optional<String>> missing(Readiness readiness) {
    if (readiness instanceof Readiness.Ready) {
      return CompletableFuture.completedFuture(Optional.empty());
    }
    if (readiness instanceof Readiness.NotReady notReady) {
      return CompletableFuture.completedFuture(Optional.of(notReady.reason()));
    }
    if (readiness instanceof Readiness.Impostor impostor) {
      return CompletableFuture.completedFuture(Optional.of(impostor.reason()));
    }
    return new CompletableFuture<>();
  }
}
