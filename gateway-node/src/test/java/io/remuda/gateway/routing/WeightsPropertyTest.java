package io.remuda.gateway.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.Catalog;
import io.remuda.protocol.Listing;
import io.remuda.protocol.Route;
import io.remuda.protocol.RouteTable;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.Defaults;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Relief;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** What versions of one model get of its requests, as their weights say. */
class WeightsPropertyTest {

  private static final int DRAWS = 20_000;
  private static final long OLD = 3;
  private static final long NEW = 9;

  @Property(tries = 40)
  void eachVersionGetsItsShareHoweverManyInstancesItHas(
      @ForAll @IntRange(min = 0, max = 100) int percent,
      @ForAll @IntRange(min = 1, max = 4) int old,
      @ForAll @IntRange(min = 1, max = 4) int next,
      @ForAll boolean oldOnesDoNotSay,
      @ForAll long seed) {
    ModelEntry entry = entry(old, oldOnesDoNotSay ? 0 : OLD, next, Map.of(NEW, percent));
    Random random = new Random(seed);

    int drawn = 0;
    for (int i = 0; i < DRAWS; i++) {
      if (isNew(Balancer.pick(entry, Set.of(), random).orElseThrow())) {
        drawn++;
      }
    }

    assertThat(100.0 * drawn / DRAWS).isBetween(percent - 2.0, percent + 2.0);
  }

  @Property(tries = 100)
  void noRequestFailsForAWeight(
      @ForAll @IntRange(min = 0, max = 100) int percent,
      @ForAll @IntRange(min = 0, max = 4) int old,
      @ForAll @IntRange(min = 0, max = 4) int next,
      @ForAll long seed) {
    ModelEntry entry = entry(old, OLD, next, Map.of(NEW, percent));
    Random random = new Random(seed);
    Set<InstanceId> tried = new HashSet<>();

    for (int i = 0; i < old + next; i++) {
      Optional<Target> target = Balancer.pick(entry, tried, random);
      assertThat(target).as("after %s", tried).isPresent();
      assertThat(tried.add(target.orElseThrow().instance())).isTrue();
    }

    assertThat(Balancer.pick(entry, tried, random)).isEmpty();
  }

  @Property(tries = 100)
  void whatGetsNothingIsTriedLast(
      @ForAll @IntRange(min = 1, max = 4) int old,
      @ForAll @IntRange(min = 1, max = 4) int next,
      @ForAll long seed) {
    ModelEntry entry = entry(old, OLD, next, Map.of(NEW, 0));
    Random random = new Random(seed);
    Set<InstanceId> tried = new HashSet<>();

    for (int i = 0; i < old; i++) {
      Target target = Balancer.pick(entry, tried, random).orElseThrow();
      assertThat(isNew(target)).isFalse();
      tried.add(target.instance());
    }

    assertThat(isNew(Balancer.pick(entry, tried, random).orElseThrow())).isTrue();
  }

  @Property(tries = 100)
  void withinAVersionTheLessLoadedOneIsPicked(@ForAll long seed) {
    ModelEntry entry = entry(2, OLD, 2, Map.of(OLD, 70, NEW, 30));
    Target busy = entry.ready(0);
    busy.enter();

    Target target = Balancer.pick(entry, Set.of(), new Random(seed)).orElseThrow();

    assertThat(target.instance()).isNotEqualTo(busy.instance());
  }

  private static boolean isNew(Target target) {
    return target.route().revision() == NEW;
  }

  private static ModelEntry entry(
      int old, long revisionOfOld, int next, Map<Long, Integer> weights) {
    List<Route> routes = new ArrayList<>();
    for (int i = 1; i <= old + next; i++) {
      routes.add(route(i, i <= old ? revisionOfOld : NEW));
    }
    Routes known = new Routes();
    known.merge(new RouteTable(routes));
    known.merge(new Catalog(List.of(listing(weights))));
    return known.snapshot().find("m").orElseThrow();
  }

  private static Route route(int number, long revision) {
    return new Route(
        InstanceId.of("m-" + number),
        new MachineId("a"),
        1,
        1,
        Phase.READY,
        "127.0.0.1:1",
        4,
        Set.of(),
        true,
        -1,
        Optional.empty(),
        revision);
  }

  private static Listing listing(Map<Long, Integer> weights) {
    return new Listing(
        new ModelName("m"),
        1,
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
        false,
        false,
        weights,
        false,
        Optional.empty(),
        Optional.empty(),
        Set.of(),
        Relief.NONE,
        0,
        Defaults.NONE);
  }
}
