package io.remuda.gateway.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.Route;
import io.remuda.protocol.RouteTable;
import io.remuda.protocol.TableJson;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.ScriptedEngine;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A machine that this gateway's cluster never met, and that has lost its network. */
class SilentFrontTest {

  private static final Duration SOON = Duration.ofSeconds(60);
  private static final Duration SHORT = Duration.ofMillis(100);
  private static final MachineId MACHINE = new MachineId("a");

  private final Routes routes = new Routes();
  private final Set<MachineId> watched = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService timers = Executors.newScheduledThreadPool(1);

  @AfterEach
  void end() {
    timers.shutdownNow();
  }

  @Test
  void isOutOfSightUntilTheClusterWatchesIt() throws Exception {
    // Takes connections and never answers: to who asks, as good as no network.
    try (ServerSocket nothing = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      knows(nothing.getLocalPort());
      try (FrontPoll poll = poll(SHORT)) {
        Eventually.isTrue("it is out of sight", SOON, () -> !inSight());
        // Nothing else is in sight: a try costs little.
        assertThat(routes.snapshot().find("m").orElseThrow().readyCount()).isOne();

        watched.add(MACHINE);

        Eventually.isTrue("the cluster's word counts", SOON, this::inSight);
      }
    }
  }

  @Test
  void isInSightAgainWhenItAnswers() throws Exception {
    try (ServerSocket nothing = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        ScriptedEngine front =
            ScriptedEngine.start((seen, wire) -> wire.json(200, TableJson.write(table(1, 1))));
        FrontPoll poll = poll(SHORT.multipliedBy(5))) {
      knows(nothing.getLocalPort());
      Eventually.isTrue("it is out of sight", SOON, () -> !inSight());

      routes.merge(table(front.port(), 2));

      Eventually.isTrue("it is in sight", SOON, this::inSight);
    }
  }

  private FrontPoll poll(Duration limit) {
    return FrontPoll.start(
        routes, "key", Optional.empty(), watched::contains, SHORT, limit, timers);
  }

  private boolean inSight() {
    return routes.snapshot().isInSight(MACHINE);
  }

  private void knows(int port) {
    routes.merge(table(port, 1));
  }

  private static RouteTable table(int port, long sequence) {
    return new RouteTable(
        List.of(
            new Route(
                InstanceId.of("m-1"),
                MACHINE,
                1,
                sequence,
                Phase.READY,
                "127.0.0.1:" + port,
                4,
                Set.of(),
                true,
                -1,
                Optional.empty(),
                0)));
  }
}
