package io.remuda.registry.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.NodeProtocol;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.Phase;
import io.remuda.registry.model.Claims.Claim;
import io.remuda.registry.model.TenancyEvent.InstanceLeased;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** What never happens between leases, in whatever order they ask, end, and lose what they have. */
class TenancyProperties {

  private static final MachineId M1 = new MachineId("m1");

  /** Of each instance, as its reports say. */
  private static final int SLOTS = 4;

  /** Leases that come and go at their own pace, and a name that decides alone. */
  private static final class Play {
    private final Random random;
    private final World world;
    private final int leases;
    private final Map<InstanceId, Long> told = new HashMap<>();
    private final Map<LeaseId, Instant> asked = new TreeMap<>();

    private Play(int replicas, int leases, long seed) {
      this.random = new Random(seed);
      this.leases = leases;
      this.world = World.aDescribed(replicas);
      look();
    }

    private void step() {
      LeaseId lease = new LeaseId("l" + random.nextInt(leases));
      switch (random.nextInt(5)) {
        case 0, 1 -> claim(lease);
        case 2 -> release(lease);
        case 3 -> lose();
        default -> look();
      }
      world.later(Duration.ofMillis(random.nextInt(800)));
    }

    /** The same lease always wants the same: every third one a whole instance. */
    private static int slots(LeaseId lease) {
      return Integer.parseInt(lease.value().substring(1)) % 3 * 2;
    }

    private void claim(LeaseId lease) {
      asked.putIfAbsent(lease, world.now);
      apply(
          TenancyDecider.claim(
              world.sight(),
              new Claim(
                  lease,
                  0,
                  Optional.empty(),
                  Optional.empty(),
                  Optional.empty(),
                  asked.get(lease),
                  world.now,
                  slots(lease))));
    }

    private void release(LeaseId lease) {
      asked.remove(lease);
      Plan plan = TenancyDecider.unclaim(world.sight(), lease, 0);
      apply(plan);
      for (Action action : plan.actions()) {
        // Some answers never come.
        if (action instanceof Action.Release order && random.nextInt(4) > 0) {
          apply(
              TenancyDecider.released(
                  world.sight(),
                  new TenancyMessage.ReleaseAnswered(
                      order.id(),
                      order.token(),
                      Optional.of(
                          new NodeProtocol.HoldReply(
                              order.id(),
                              order.token(),
                              M1,
                              order.token().number(),
                              Optional.empty())))));
        }
      }
    }

    private void lose() {
      List<InstanceId> all = world.instances();
      if (!all.isEmpty()) {
        InstanceId id = all.get(random.nextInt(all.size()));
        write(
            List.of(
                new InstanceEvent.InstanceLost(id, M1, "not heard", Optional.empty(), world.now)));
      }
    }

    private void look() {
      world.runsAll("m1", random.nextInt(3) == 0 ? Phase.WARMING : Phase.READY);
      apply(Reconciler.reconcile(world.sight()));
    }

    private void apply(Plan plan) {
      world.soft = plan.soft();
      write(plan.events());
    }

    private void write(List<? extends ModelEvent> events) {
      for (ModelEvent event : events) {
        if (event instanceof InstanceLeased leased) {
          Tenancy before = world.state.tenancy();
          assertThat(before.of(leased.lease())).as("an instance of it already").isEmpty();
          assertThat(leased.slots() == 0 ? before.has(leased.id()) : before.hasWhole(leased.id()))
              .as("leased twice")
              .isFalse();
          assertThat(leased.number())
              .as("a later grant's number")
              .isGreaterThan(told.getOrDefault(leased.id(), 0L));
          told.put(leased.id(), leased.number());
        }
        world.state = world.state.on(event);
        for (InstanceId id : world.state.tenancy().instances()) {
          assertThat(world.state.tenancy().shared(id))
              .as("slots in shares")
              .isLessThanOrEqualTo(world.state.tenancy().hasWhole(id) ? 0 : SLOTS);
        }
      }
    }

    /** What one lets go of, another one that waits may get: until nobody wants anything. */
    private void end() {
      do {
        for (int i = 0; i < leases; i++) {
          release(new LeaseId("l" + i));
        }
      } while (!world.state.tenancy().tenants().isEmpty());
    }
  }

  @Property(tries = 60)
  void anInstanceNeverHasMoreLeasesThanItHoldsAndItsNumbersRise(
      @ForAll @IntRange(min = 1, max = 3) int replicas,
      @ForAll @IntRange(min = 1, max = 6) int leases,
      @ForAll long seed) {
    Play play = new Play(replicas, leases, seed);
    for (int i = 0; i < 120; i++) {
      play.step();
    }
    play.end();

    assertThat(play.world.state.tenancy().tenants()).isEmpty();
  }
}
