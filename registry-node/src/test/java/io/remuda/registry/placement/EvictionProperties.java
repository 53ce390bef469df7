package io.remuda.registry.placement;

import static io.remuda.registry.testing.Specs.aSpec;
import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.InstanceReport;
import io.remuda.protocol.model.Keep;
import io.remuda.protocol.model.ModelDemand;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Resources;
import io.remuda.registry.placement.EvictionPolicy.Eviction;
import io.remuda.registry.placement.EvictionPolicy.Wish;
import io.remuda.registry.testing.Reports;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.statistics.Statistics;

/** What no eviction ever does, whatever the fleet looks like. */
class EvictionProperties {

  private static final Duration IDLE = Duration.ofSeconds(10);
  private static final long GPU_MIB = 10;

  /** A fleet, and of each instance the GPUs that it really has, which nobody tells. */
  private record World(
      FleetSnapshot fleet,
      Map<InstanceId, List<Integer>> gpus,
      Map<InstanceId, InstanceReport> all) {}

  @Property(tries = 1000)
  void whoeverGoesIsFreeToGoAndItFitsAfterwards(
      @ForAll long seed,
      @ForAll @IntRange(max = 2) int gpus,
      @ForAll @IntRange(min = 1, max = 8) int need,
      @ForAll boolean asked,
      @ForAll @IntRange(min = -1, max = 1) int priority) {
    World world = world(new Random(seed));
    Resources claim = gpus == 0 ? new Resources(0, need, 0, 0) : new Resources(need, 1, 0, gpus);
    Wish wish = new Wish(new ModelName("demo"), priority, asked, IDLE);

    Optional<Eviction> eviction = choose(world.fleet(), claim, wish);

    Statistics.collect(eviction.isPresent());
    Statistics.coverage(of -> of.check(true).percentage(share -> share > 2));
    eviction.ifPresent(chosen -> holds(world, claim, wish, chosen));
  }

  @Property(tries = 200)
  void theSameFleetInAnyOrderComesToTheSame(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 12) int need) {
    FleetSnapshot fleet = world(new Random(seed)).fleet();
    List<FleetSnapshot.Machine> machines = new ArrayList<>(fleet.machines().values());
    Collections.reverse(machines);
    FleetSnapshot same =
        FleetSnapshot.of(fleet.watching(), false, machines)
            .with(fleet.demands())
            .keeping(fleet.keeps());
    Wish wish = new Wish(new ModelName("demo"), 0, true, IDLE);
    Resources claim = new Resources(need, 1, 0, 1);

    assertThat(choose(same, claim, wish)).isEqualTo(choose(fleet, claim, wish));
  }

  private static Optional<Eviction> choose(FleetSnapshot fleet, Resources claim, Wish wish) {
    return EvictionPolicy.choose(fleet, SchedulerTest.need(aSpec(), claim), wish, Map.of());
  }

  private static void holds(World world, Resources claim, Wish wish, Eviction chosen) {
    FleetSnapshot.Machine machine = world.fleet().machine(chosen.machine()).orElseThrow();
    Room left = Room.free(machine.report().capacity());
    long memory = left.memoryMiB();
    List<Long> free = new ArrayList<>(left.gpuMemoryMiB());
    assertThat(chosen.instances()).isNotEmpty();
    for (InstanceId id : chosen.instances()) {
      InstanceReport report = Objects.requireNonNull(world.all().get(id));
      Keep keep = world.fleet().keep(id.model()).orElseThrow();
      ModelDemand demand = world.fleet().demand(id.model());
      assertThat(keep.pinned()).as("%s is pinned", id).isFalse();
      assertThat(report.inFlight()).as("requests of %s", id).isZero();
      assertThat(demand.waiting()).as("requests that wait for %s", id).isZero();
      assertThat(keep.priority()).isLessThanOrEqualTo(wish.priority());
      if (keep.priority() == wish.priority()) {
        assertThat(wish.asked()).isTrue();
        assertThat(report.idle().orElseThrow()).isGreaterThanOrEqualTo(IDLE);
      }
      memory += report.claim().memoryMiB();
      for (int gpu : Objects.requireNonNull(world.gpus().get(id))) {
        free.set(gpu, free.get(gpu) + Room.gpuShare(report.claim()));
      }
    }
    assertThat(new Room(memory, 8, free).holds(claim))
        .as("%s once %s are gone: %d MiB, GPUs %s", claim, chosen.instances(), memory, free)
        .isTrue();
  }

  /** Up to three machines with up to three GPUs, on which instances lie as chance has it. */
  private static World world(Random random) {
    Map<InstanceId, List<Integer>> where = new HashMap<>();
    Map<InstanceId, InstanceReport> all = new HashMap<>();
    Map<ModelName, Keep> keeps = new HashMap<>();
    Map<ModelName, ModelDemand> demands = new HashMap<>();
    List<Reports> reports = new ArrayList<>();
    int number = 0;
    for (int m = 0; m <= random.nextInt(3); m++) {
      int gpus = random.nextInt(4);
      long[] used = new long[gpus];
      long memory = 0;
      Reports report = Reports.of("m" + m);
      for (int i = 0; i < random.nextInt(6); i++) {
        InstanceId id = InstanceId.of("x" + number + "-" + ++number);
        List<Integer> own = new ArrayList<>();
        int wish = random.nextInt(gpus + 1);
        long share = 1 + random.nextInt((int) GPU_MIB);
        for (int gpu = 0; gpu < gpus && own.size() < wish; gpu++) {
          if (used[gpu] + share <= GPU_MIB) {
            own.add(gpu);
            used[gpu] += share;
          }
        }
        long host = random.nextInt(5);
        memory += host;
        Resources claim = new Resources(share * own.size(), host, 0, own.size());
        InstanceReport one =
            Reports.claiming(
                random.nextInt(9) == 0
                    ? Reports.instance(id, Phase.WARMING, 1)
                    : Reports.serving(
                        id, random.nextInt(5) == 0 ? 1 : 0, Duration.ofSeconds(random.nextInt(30))),
                claim);
        report.with(one);
        where.put(id, own);
        all.put(id, one);
        keeps.put(id.model(), new Keep(random.nextInt(9) == 0, random.nextInt(3) - 1));
        if (random.nextInt(9) == 0) {
          demands.put(id.model(), new ModelDemand(id.model(), 1, 0, Optional.empty()));
        }
      }
      for (int gpu = 0; gpu < gpus; gpu++) {
        report.gpu(GPU_MIB, 0, used[gpu]);
      }
      reports.add(report.memory(memory + random.nextInt(3), memory));
    }
    FleetSnapshot fleet =
        SchedulerTest.fleet(reports.toArray(new Reports[0])).with(demands).keeping(keeps);
    return new World(fleet, where, all);
  }
}
