package io.remuda.gateway.http;

import akka.Done;
import io.remuda.gateway.routing.ModelEntry;
import io.remuda.gateway.routing.RouteSnapshot;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.DeploymentView;
import io.remuda.protocol.model.InstanceView;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.RolloutView.Stage;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Waits until a deployment has come to rest. One that is READY rests only once this gateway knows
 * where to send its requests, so that whoever was told READY is answered here.
 */
final class Settling {

  private static final Duration LOOK = Duration.ofMillis(200);

  private final Function<ModelName, CompletionStage<DeploymentView>> look;
  private final Supplier<RouteSnapshot> known;
  private final Pause pause;

  /** Calls back after a while; the local system's scheduler. */
  interface Pause {
    CompletionStage<Done> of(Duration length);
  }

  /**
   * @param look asks for a deployment as it is now
   * @param known the routes of this gateway
   */
  Settling(
      Function<ModelName, CompletionStage<DeploymentView>> look,
      Supplier<RouteSnapshot> known,
      Pause pause) {
    this.look = look;
    this.known = known;
    this.pause = pause;
  }

  /** The deployment at rest, or as it was last seen when {@code left} is over. */
  CompletionStage<DeploymentView> await(DeploymentView view, Duration left) {
    if (rests(view) || left.isZero() || left.isNegative()) {
      return CompletableFuture.completedStage(view);
    }
    return pause
        .of(LOOK)
        .thenCompose(done -> look.apply(view.name()))
        .thenCompose(next -> await(next, left.minus(LOOK)));
  }

  private boolean rests(DeploymentView view) {
    return switch (view.phase()) {
      case PENDING, STARTING, DEGRADED ->
          view.rollout().filter(rollout -> rollout.stage() == Stage.HALTED).isPresent();
      case READY -> isRouted(view);
      case FAILED, STOPPED, ENDED -> true;
    };
  }

  private boolean isRouted(DeploymentView view) {
    ModelEntry entry = known.get().get(view.name().value());
    return entry != null
        && view.instances().stream()
            .filter(instance -> instance.phase() == Phase.READY)
            .map(InstanceView::instance)
            .anyMatch(instance -> entry.working(instance).isPresent());
  }
}
