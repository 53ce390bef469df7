package io.remuda.gateway.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.Catalog;
import io.remuda.protocol.FleetProtocol.Demand;
import io.remuda.protocol.Listing;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.metrics.MetricNames;
import io.remuda.protocol.model.Defaults;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.model.ModelDemand;
import io.remuda.protocol.model.Relief;
import io.remuda.protocol.testing.Eventually;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import kamon.Kamon;
import kamon.metric.Instrument;
import kamon.tag.TagSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a gateway tells the registry of its clients' wishes. */
class DemandVoiceTest {

  private static final Duration LONG = Duration.ofMinutes(10);
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final ModelName CHAT = new ModelName("chat");

  private final Routes routes = new Routes();
  private final ScheduledExecutorService timers = Executors.newScheduledThreadPool(2);
  private final WaitingRoom room = new WaitingRoom(routes, 100, 100, LONG, timers);
  private final List<String> wanted = new CopyOnWriteArrayList<>();
  private final List<Demand> demands = new CopyOnWriteArrayList<>();
  private long sequence;

  @AfterEach
  void close() throws Exception {
    room.close();
    timers.shutdownNow();
  }

  @Test
  void theFirstWhoWaitsForASleepingModelWakesItAtOnceAndOnce() {
    listed(DeploymentPhase.STOPPED, true);
    speaks(LONG);

    waits();
    waits();

    assertThat(wanted).containsExactly("chat 1");
  }

  @Test
  void saysItAgainForAsLongAsAnybodyWaits() {
    listed(DeploymentPhase.STOPPED, true);
    speaks(Duration.ofMillis(20));

    waits();

    Eventually.passes("it is said again", SOON, () -> assertThat(wanted).hasSizeGreaterThan(2));
  }

  @Test
  void asksForOneThatHasNoRoomAndMayHaveSomeMade() {
    listed(DeploymentPhase.PENDING, false, true);
    speaks(LONG);

    waits();

    assertThat(wanted).containsExactly("chat 1");
  }

  @Test
  void wakesNothingThatAnOperatorDoesNotLetWake() {
    listed(DeploymentPhase.PENDING, false);
    speaks(LONG);

    waits();

    assertThat(wanted).isEmpty();
  }

  @Test
  void tellsHowManyWaitAndThatNobodyDoesAnyMore() {
    listed(DeploymentPhase.STARTING, true);
    speaks(Duration.ofMillis(20));
    Place place = waits();
    waits();

    Eventually.passes(
        "both are told",
        SOON,
        () ->
            assertThat(demands)
                .extracting(Demand::models)
                .contains(
                    List.of(new ModelDemand(CHAT, 2, 5, Optional.of(Duration.ofMillis(40))))));
    place.leave();

    Eventually.passes(
        "one is told",
        SOON,
        () -> assertThat(demands.get(demands.size() - 1).models().get(0).waiting()).isOne());
    assertThat(demands.stream().map(Demand::sequence)).isSorted().doesNotHaveDuplicates();
  }

  @Test
  void howManyWaitIsMeasuredAndThatNobodyDoesAnyMore() {
    listed(DeploymentPhase.STARTING, true);
    speaks(Duration.ofMillis(20));
    Place place = waits();

    Eventually.isTrue("one is shown", SOON, () -> shown() == 1 && shownAs("normal") == 1);
    assertThat(shownAs("high")).isZero();
    place.leave();

    Eventually.isTrue("none is shown", SOON, () -> shown() == 0 && shownAs("normal") == 0);
  }

  private static double shown() {
    return shown(MetricNames.WAITING_REQUESTS, TagSet.of(MetricNames.MODEL, "chat"));
  }

  private static double shownAs(String priority) {
    return shown(
        MetricNames.WAITING_BY_PRIORITY,
        TagSet.of(MetricNames.MODEL, "chat").withTag(MetricNames.PRIORITY, priority));
  }

  private static double shown(String metric, TagSet labels) {
    return (Double)
        ((Instrument.Snapshotting<?>) Kamon.gauge(metric).withTags(labels)).snapshot(false);
  }

  private void speaks(Duration interval) {
    DemandVoice.Registry registry =
        new DemandVoice.Registry() {
          @Override
          public void demand(Demand demand) {
            demands.add(demand);
          }

          @Override
          public void wanted(ModelName model, int waiting) {
            wanted.add(model + " " + waiting);
          }
        };
    DemandVoice.start(
        routes,
        room,
        models -> Map.of("chat", Duration.ofMillis(40)),
        () -> Map.of("chat", 5L),
        registry,
        interval,
        timers);
  }

  private Place waits() {
    return room.enter(new Guest("chat", System.nanoTime(), Runnable::run, () -> {}), LONG, false)
        .orElseThrow();
  }

  private void listed(DeploymentPhase phase, boolean scales) {
    listed(phase, scales, false);
  }

  private void listed(DeploymentPhase phase, boolean scales, boolean returns) {
    routes.merge(
        new Catalog(
            List.of(
                new Listing(
                    CHAT,
                    ++sequence,
                    0,
                    1,
                    phase,
                    "command",
                    Optional.empty(),
                    phase == DeploymentPhase.STOPPED ? 0 : 1,
                    0,
                    Optional.empty(),
                    OptionalInt.empty(),
                    Optional.empty(),
                    Instant.EPOCH,
                    false,
                    scales,
                    Map.of(),
                    returns,
                    Optional.empty(),
                    Optional.empty(),
                    Set.of(),
                    Relief.NONE,
                    0,
                    Defaults.NONE))));
  }
}
