package io.remuda.gateway.routing;

import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.Route;
import io.remuda.protocol.RouteTable;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.Phase;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/** Instances of one model as a gateway knows them, under a clock that the test moves. */
final class Replicas {

  static final RoutingSettings SHIPPED = RoutingSettings.from(ConfigFactory.load());

  final AtomicLong now = new AtomicLong();
  final Routes routes = new Routes(now::get);

  /** All ready since the beginning, and warm now. */
  static Replicas warm(int count, int slots) {
    Replicas replicas = new Replicas();
    for (int i = 1; i <= count; i++) {
      replicas.ready(i, slots);
    }
    replicas.pass(SHIPPED.slowStart());
    return replicas;
  }

  void ready(int number, int slots) {
    ready(number, slots, "a");
  }

  void ready(int number, int slots, String machine) {
    routes.merge(
        new RouteTable(
            List.of(
                new Route(
                    InstanceId.of("m-" + number),
                    new MachineId(machine),
                    1,
                    1,
                    Phase.READY,
                    "127.0.0.1:1",
                    slots,
                    Set.of(),
                    true,
                    -1,
                    Optional.empty(),
                    0))));
  }

  void pass(Duration time) {
    now.addAndGet(time.toNanos());
  }

  ModelEntry entry() {
    return routes.snapshot().find("m").orElseThrow();
  }

  /** The instance of that number, from 1. */
  Target target(int number) {
    return entry().ready().stream()
        .filter(target -> target.instance().equals(InstanceId.of("m-" + number)))
        .findFirst()
        .orElseThrow();
  }
}
