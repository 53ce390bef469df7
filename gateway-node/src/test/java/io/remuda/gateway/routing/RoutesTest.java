package io.remuda.gateway.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.Catalog;
import io.remuda.protocol.Listing;
import io.remuda.protocol.Route;
import io.remuda.protocol.RouteTable;
import io.remuda.protocol.TableJson;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.ScriptedEngine;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RoutesTest {

  private static final Duration SOON = Duration.ofSeconds(30);

  private final Routes routes = new Routes();
  private final ScheduledExecutorService timers = Executors.newSingleThreadScheduledExecutor();

  @TempDir Path folder;

  @AfterEach
  void endTimers() {
    timers.shutdownNow();
  }

  @Test
  void neverWithdrawsWhatIsOnlyAbsent() {
    routes.merge(table(route("m-1", "a", 1, Phase.READY)));
    routes.merge(table(route("m-2", "b", 1, Phase.READY)));

    routes.merge(RouteTable.EMPTY);

    assertThat(readyOf("m")).containsExactlyInAnyOrder("m-1", "m-2");
  }

  @Test
  void withdrawsByATombstoneAndNeverByAnOlderRoute() {
    routes.merge(table(route("m-1", "a", 5, Phase.READY)));
    routes.merge(table(route("m-1", "a", 4, Phase.ENDED)));
    assertThat(readyOf("m")).containsExactly("m-1");

    routes.merge(table(route("m-1", "a", 6, Phase.ENDED)));
    assertThat(routes.snapshot().find("m")).isEmpty();
  }

  @Test
  void masksAMachineThatIsOutOfSightUntilItIsSeenAgain() {
    routes.merge(table(route("m-1", "a", 1, Phase.READY), route("m-2", "b", 1, Phase.READY)));

    routes.mask(Set.of(new MachineId("a")));
    assertThat(readyOf("m")).containsExactly("m-2");

    routes.mask(Set.of());
    assertThat(readyOf("m")).containsExactlyInAnyOrder("m-1", "m-2");
  }

  @Test
  void triesMaskedMachinesWhenNoOtherIsLeft() {
    routes.merge(table(route("m-1", "a", 1, Phase.READY)));

    routes.mask(Set.of(new MachineId("a")));

    assertThat(readyOf("m")).containsExactly("m-1");
  }

  @Test
  void anAliasIsFoundAsItsModelAndIsNoModelItself() {
    routes.merge(table(route("m-1", "a", 1, Phase.READY)));
    routes.merge(Catalog.EMPTY.with(alias("other", 1, "m")));

    assertThat(routes.snapshot().find("other").orElseThrow().name()).isEqualTo("m");
    assertThat(readyOf("other")).containsExactly("m-1");
    assertThat(routes.snapshot().models()).extracting(ModelEntry::name).containsExactly("m");
    assertThat(routes.snapshot().listings()).isEmpty();
    assertThat(routes.snapshot().resolve(new ModelName("other"))).isEqualTo(new ModelName("m"));
  }

  @Test
  void anAliasIsSwitchedByOneSnapshotAndEndsByATombstone() {
    routes.merge(table(route("a-1", "a", 1, Phase.READY), route("b-1", "b", 1, Phase.READY)));
    routes.merge(Catalog.EMPTY.with(alias("m", 1, "a")));
    RouteSnapshot before = routes.snapshot();
    routes.merge(Catalog.EMPTY.with(alias("m", 2, "b")));
    routes.merge(Catalog.EMPTY.with(alias("m", 1, "a")));

    assertThat(before.find("m").orElseThrow().name()).isEqualTo("a");
    assertThat(routes.snapshot().find("m").orElseThrow().name()).isEqualTo("b");
    routes.merge(
        Catalog.EMPTY.with(
            Listing.ofAlias(
                new ModelName("m"), 3, 0, DeploymentPhase.ENDED, Optional.empty(), Instant.EPOCH)));
    assertThat(routes.snapshot().find("m")).isEmpty();
    assertThat(routes.snapshot().aliases()).isEmpty();
  }

  @Test
  void anAliasOfNothingIsKnownAndNotFound() {
    routes.merge(Catalog.EMPTY.with(alias("m", 1, "gone")));
    routes.merge(Catalog.EMPTY.with(alias("n", 1, "m")));

    assertThat(routes.snapshot().find("m")).isEmpty();
    assertThat(routes.snapshot().find("n")).as("an alias of an alias").isEmpty();
    assertThat(routes.snapshot().aliasOf("m")).hasValue(new ModelName("gone"));
  }

  private static Listing alias(String name, long version, String target) {
    return Listing.ofAlias(
        new ModelName(name),
        version,
        0,
        DeploymentPhase.READY,
        Optional.of(new ModelName(target)),
        Instant.EPOCH);
  }

  @Test
  void keepsCountingRequestsOverChangesOfTheirRoute() {
    routes.merge(table(route("m-1", "a", 1, Phase.READY)));
    Target before = routes.snapshot().find("m").orElseThrow().ready(0);
    before.enter();

    routes.merge(table(route("m-1", "a", 2, Phase.SUSPECT)));
    assertThat(readyOf("m")).isEmpty();
    routes.merge(table(route("m-1", "a", 3, Phase.READY)));

    Target after = routes.snapshot().find("m").orElseThrow().ready(0);
    assertThat(after.inFlight()).isEqualTo(1);
    before.leave();
    assertThat(after.inFlight()).isZero();
  }

  @Test
  void tellsListenersOfEachChangeAndOfNothingElse() throws Exception {
    List<RouteSnapshot> seen = new ArrayList<>();
    AutoCloseable listening = routes.onChange(seen::add);

    routes.merge(table(route("m-1", "a", 1, Phase.READY)));
    routes.merge(table(route("m-1", "a", 1, Phase.READY)));
    listening.close();
    routes.warm();

    assertThat(seen).hasSize(1);
    assertThat(seen.get(0).isCold()).isTrue();
    assertThat(routes.snapshot().isCold()).isFalse();
  }

  @Test
  void listsDeploymentsByName() {
    routes.merge(new Catalog(List.of(listing("zeta", 1), listing("alpha", 1))));

    assertThat(routes.snapshot().listings())
        .extracting(listing -> listing.name().value())
        .containsExactly("alpha", "zeta");
    assertThat(routes.snapshot().listing("zeta")).isPresent();
    assertThat(routes.snapshot().isCold()).isFalse();
  }

  @Test
  void picksTheLessLoadedOfTwoByTheirSlots() {
    routes.merge(table(route("m-1", "a", 1, Phase.READY), route("m-2", "b", 1, Phase.READY)));
    ModelEntry entry = routes.snapshot().find("m").orElseThrow();
    Target busy = entry.ready(0);
    busy.enter();

    for (int i = 0; i < 50; i++) {
      assertThat(Balancer.pick(entry, Set.of(), new Random(i))).hasValue(entry.ready(1));
    }
    assertThat(Balancer.pick(entry, Set.of(entry.ready(1).instance()), new Random(1)))
        .hasValue(busy);
    assertThat(
            Balancer.pick(entry, Set.of(busy.instance(), entry.ready(1).instance()), new Random(1)))
        .isEmpty();
  }

  @Test
  void spreadsOverManyInstances() {
    List<Route> many = new ArrayList<>();
    for (int i = 1; i <= 10; i++) {
      many.add(route("m-" + i, "a", 1, Phase.READY));
    }
    routes.merge(new RouteTable(many));
    ModelEntry entry = routes.snapshot().find("m").orElseThrow();
    Random random = new Random(7);
    Map<InstanceId, Integer> counts = new HashMap<>();

    for (int i = 0; i < 1000; i++) {
      Target target = Balancer.pick(entry, Set.of(), random).orElseThrow();
      target.enter();
      counts.merge(target.instance(), 1, Integer::sum);
    }

    assertThat(counts).hasSize(10);
    assertThat(counts.values()).allMatch(count -> count > 85 && count < 115);
  }

  @Test
  void whatIsLeasedIsNobodyElsesAndTheOneInSightComesFirst() {
    LeaseId lease = new LeaseId("ls-1");
    routes.merge(
        table(
            leased(route("m-1", "a", 1, Phase.READY), lease),
            leased(route("m-2", "b", 1, Phase.READY), lease),
            leased(route("m-3", "a", 1, Phase.DRAINING), lease),
            leased(route("m-4", "b", 1, Phase.READY), new LeaseId("ls-2")),
            route("m-5", "a", 1, Phase.READY)));
    routes.mask(Set.of(new MachineId("a")));

    assertThat(readyOf("m")).containsExactly("m-5");
    ModelEntry entry = routes.snapshot().find("m").orElseThrow();
    assertThat(entry.leasedCount()).isEqualTo(3);
    Target first = entry.leasedTo(lease, Set.of()).orElseThrow();
    assertThat(first.instance()).hasToString("m-2");
    Target second = entry.leasedTo(lease, Set.of(first.instance())).orElseThrow();
    assertThat(second.instance()).hasToString("m-1");
    assertThat(entry.leasedTo(lease, Set.of(first.instance(), second.instance()))).isEmpty();

    routes.merge(table(route("m-2", "b", 2, Phase.READY)));
    assertThat(readyOf("m")).containsExactly("m-2");
  }

  @Test
  void servesFromItsCopyOnDiskAfterAColdStart() throws Exception {
    Path file = folder.resolve("routes.json");
    RoutesOnDisk copy = RoutesOnDisk.open(routes, file, Duration.ofMillis(10), timers);
    routes.merge(table(route("m-1", "a", 1, Phase.READY)));
    routes.merge(new Catalog(List.of(listing("m", 3))));
    Eventually.isTrue("it is written", SOON, () -> Files.exists(file));
    copy.close();
    // As a gateway does at its end: what is just being written is the newest, too.
    timers.shutdown();
    assertThat(timers.awaitTermination(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();

    Routes cold = new Routes();
    RoutesOnDisk.open(cold, file, Duration.ofMillis(10), timers).close();

    assertThat(cold.snapshot().find("m").orElseThrow().readyCount()).isEqualTo(1);
    assertThat(cold.snapshot().listing("m")).isPresent();
    assertThat(cold.snapshot().isCold()).isFalse();
  }

  @Test
  void startsWithoutACopyThatCannotBeRead() throws Exception {
    Path file = folder.resolve("routes.json");
    Files.writeString(file, "{\n\"half");

    RoutesOnDisk.open(routes, file, Duration.ofMillis(10), timers).close();

    assertThat(routes.snapshot().isCold()).isTrue();
  }

  @Test
  void asksTheFrontsItKnowsWhileItIsInNoCluster() {
    try (ScriptedEngine front =
        ScriptedEngine.start(
            (seen, wire) ->
                wire.json(200, TableJson.write(table(route("m-1", "a", 9, Phase.DRAINING)))))) {
      routes.merge(table(at(front.port(), route("m-1", "a", 1, Phase.READY))));

      try (FrontPoll poll =
          FrontPoll.start(
              routes,
              "key",
              Optional.empty(),
              machine -> false,
              Duration.ofMillis(20),
              SOON,
              timers)) {
        Eventually.isTrue("the news came", SOON, () -> readyOf("m").isEmpty());
      }
      assertThat(front.seen().get(0).headers()).containsEntry("x-remuda-cluster-key", "key");
      assertThat(front.seen().get(0).path()).isEqualTo("/internal/routes");
    }
  }

  @Test
  void whatLeasesHaveSharesOfIsEverybodysWhileSlotsAreLeft() {
    LeaseId some = new LeaseId("ls-1");
    LeaseId rest = new LeaseId("ls-2");
    routes.merge(
        table(
            shared(route("m-1", "a", 1, Phase.READY), new Route.Share(some, 3)),
            shared(
                route("m-2", "b", 1, Phase.READY),
                new Route.Share(some, 1),
                new Route.Share(rest, 3))));

    ModelEntry entry = routes.snapshot().find("m").orElseThrow();
    assertThat(readyOf("m")).containsExactly("m-1");
    assertThat(entry.ready(0).route().openSlots()).isEqualTo(1);
    assertThat(entry.leasedCount()).as("closed to others").isEqualTo(1);
    assertThat(entry.leasedTo(rest, Set.of()).map(Target::instance)).hasValue(InstanceId.of("m-2"));
    assertThat(entry.leasedTo(some, Set.of(InstanceId.of("m-2"))).map(Target::instance))
        .hasValue(InstanceId.of("m-1"));
    assertThat(entry.leasedTo(new LeaseId("ls-3"), Set.of())).isEmpty();
  }

  private List<String> readyOf(String model) {
    List<String> ready = new ArrayList<>();
    routes
        .snapshot()
        .find(model)
        .ifPresent(
            entry -> {
              for (int i = 0; i < entry.readyCount(); i++) {
                ready.add(entry.ready(i).instance().toString());
              }
            });
    return ready;
  }

  private static RouteTable table(Route... routes) {
    return new RouteTable(List.of(routes));
  }

  private static Route route(String instance, String machine, long sequence, Phase phase) {
    return new Route(
        InstanceId.of(instance),
        new MachineId(machine),
        1,
        sequence,
        phase,
        "127.0.0.1:1",
        4,
        Set.of(),
        true,
        -1,
        Optional.empty(),
        0);
  }

  private static Route leased(Route route, LeaseId lease) {
    return new Route(
        route.instance(),
        route.machine(),
        route.epoch(),
        route.sequence(),
        route.phase(),
        route.front(),
        route.slots(),
        route.endpoints(),
        route.clean(),
        route.progress(),
        route.tasks(),
        route.revision(),
        Optional.of(lease));
  }

  private static Route shared(Route route, Route.Share... shares) {
    return new Route(
        route.instance(),
        route.machine(),
        route.epoch(),
        route.sequence(),
        route.phase(),
        route.front(),
        route.slots(),
        route.endpoints(),
        route.clean(),
        route.progress(),
        route.tasks(),
        route.revision(),
        Optional.empty(),
        Optional.empty(),
        List.of(shares));
  }

  private static Route at(int port, Route route) {
    return new Route(
        route.instance(),
        route.machine(),
        route.epoch(),
        route.sequence(),
        route.phase(),
        "127.0.0.1:" + port,
        route.slots(),
        route.endpoints(),
        route.clean(),
        route.progress(),
        Optional.empty(),
        0);
  }

  private static Listing listing(String name, long version) {
    return new Listing(
        new ModelName(name),
        version,
        0,
        1,
        DeploymentPhase.READY,
        "command",
        Optional.empty(),
        1,
        1,
        Optional.empty(),
        OptionalInt.empty(),
        Optional.empty(),
        Instant.EPOCH,
        false);
  }
}
