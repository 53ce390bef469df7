package io.remuda.gateway;

import com.typesafe.config.Config;
import io.remuda.gateway.http.FleetClient;
import io.remuda.gateway.routing.FrontPoll;
import io.remuda.gateway.routing.Routes;
import io.remuda.gateway.routing.RoutesOnDisk;
import io.remuda.protocol.config.NodeHome;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.tls.FleetTls;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;

/** Keeps routes over a restart, and fresh while no registry tells of them. */
final class RouteMemory {

  private RouteMemory() {}

  /**
   * Reads what an earlier life has kept, and adds to {@code shutdown} what closes it.
   *
   * @param inProcess the machine in this JVM, which need not be asked
   */
  static void start(
      Routes routes,
      FleetClient fleet,
      NodeHome home,
      Config config,
      Optional<FleetTls> tls,
      Optional<MachineId> inProcess,
      ScheduledExecutorService timers,
      Shutdown shutdown) {
    Config limits = config.getConfig("remuda.gateway.routes");
    RoutesOnDisk copy =
        RoutesOnDisk.open(
            routes, home.dir().resolve("routes.json"), limits.getDuration("save-interval"), timers);
    shutdown.addClosing("routes-on-disk", copy::close);
    FrontPoll poll =
        FrontPoll.start(
            routes,
            home.clusterKey(),
            tls,
            machine ->
                inProcess.equals(Optional.of(machine))
                    || (fleet.seesRegistry() && routes.isMember(machine)),
            limits.getDuration("poll-interval"),
            limits.getDuration("poll-limit"),
            timers);
    shutdown.addClosing("front-poll", poll::close);
  }
}
