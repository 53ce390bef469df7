package io.remuda.gateway;

import akka.actor.typed.Behavior;
import akka.actor.typed.SupervisorStrategy;
import akka.actor.typed.javadsl.Behaviors;
import io.remuda.gateway.edge.RecentRequests;
import io.remuda.gateway.http.FleetClient;
import io.remuda.gateway.http.FleetPort;
import io.remuda.gateway.http.RequestVoice;
import io.remuda.gateway.routing.RouteFeed;
import io.remuda.gateway.routing.Routes;
import java.time.Duration;
import java.util.Optional;

/** What a gateway runs within a cluster system; it outlives each of them. */
final class GatewayGuardian {

  private GatewayGuardian() {}

  static Behavior<Void> create(Routes routes, FleetClient fleet, Optional<RecentRequests> recent) {
    return Behaviors.setup(
        context -> {
          context.spawn(supervised(RouteFeed.create(routes)), "route-feed");
          context.spawn(supervised(FleetPort.create(fleet)), "fleet-port");
          recent.ifPresent(
              requests ->
                  context.spawn(
                      supervised(
                          RequestVoice.create(requests, id -> routes.snapshot().access().get(id))),
                      "request-voice"));
          return Behaviors.empty();
        });
  }

  private static <T> Behavior<T> supervised(Behavior<T> behavior) {
    return Behaviors.supervise(behavior)
        .onFailure(
            SupervisorStrategy.restartWithBackoff(
                Duration.ofMillis(200), Duration.ofSeconds(10), 0.2));
  }
}
