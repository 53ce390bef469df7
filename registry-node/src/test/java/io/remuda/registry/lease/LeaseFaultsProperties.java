package io.remuda.registry.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.LeaseProtocol.Wish;
import io.remuda.protocol.NodeProtocol.HoldReply;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.LeaseToken;
import io.remuda.registry.lease.LeaseState.Part;
import io.remuda.registry.model.Tenants;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/**
 * Leases, the owners of two names and their machine, with messages that are lost, doubled and
 * overtaken, and actors that forget all but their journal at any moment.
 */
class LeaseFaultsProperties {

  private static final MachineId M1 = new MachineId("m1");
  private static final ModelName A = new ModelName("a");
  private static final ModelName B = new ModelName("b");
  private static final Duration TTL = Duration.ofHours(1);

  /** Whom an instance obeys. */
  private record Held(long highest, Optional<LeaseToken> holder) {}

  private static final class Lease {
    private final Wish wish;
    private LeaseState state;
    private LeaseSoft soft;

    /** Its holder has gone, and asks for it no more where that was lost. */
    private boolean unwanted;

    private Lease(LeaseId id, Wish wish, Instant now) {
      this.wish = wish;
      state = LeaseState.empty(id);
      soft = LeaseSoft.begun(state, now);
    }
  }

  private static final class Play {
    private final Random random;
    private final Map<ModelName, Tenants> models = new TreeMap<>();
    private final List<Lease> leases = new ArrayList<>();
    private final Map<InstanceId, Held> machine = new HashMap<>();
    private final List<Runnable> wire = new ArrayList<>();
    private Instant now = Instant.ofEpochMilli(1_000_000);
    private boolean faults = true;
    private boolean loses = true;

    private Play(int replicas, int count, long seed) {
      this(replicas, count, List.of(Set.of(A), Set.of(B), Set.of(A, B)), seed);
    }

    private Play(int replicas, int count, List<Set<ModelName>> wishes, long seed) {
      random = new Random(seed);
      for (ModelName name : List.of(A, B)) {
        models.put(name, new Tenants(name, replicas));
      }
      for (int i = 0; i < count; i++) {
        Wish wish =
            new Wish(
                "me",
                wishes.get(random.nextInt(wishes.size())),
                true,
                Optional.empty(),
                TTL,
                TTL,
                Optional.empty());
        Lease lease = new Lease(new LeaseId("l" + i), wish, now);
        leases.add(lease);
        ask(lease);
      }
    }

    private void ask(Lease lease) {
      carryOut(
          lease,
          LeaseDecision.write(
              new LeaseEvent.LeaseAsked(lease.state.id(), lease.wish, now), lease.soft));
    }

    private void step() {
      now = now.plusMillis(random.nextInt(120));
      Lease lease = leases.get(random.nextInt(leases.size()));
      Tenants owner = owner(random.nextBoolean() ? A : B);
      int what = random.nextInt(40);
      if (what == 0) {
        lease.soft = LeaseSoft.begun(lease.state, now);
      } else if (what == 1) {
        owner.crash();
      } else if (what == 2 && lease.state.isLive()) {
        carryOut(lease, LeaseDecider.release(lease.state, lease.soft, "done", now));
      } else if (what == 3 && !owner.instances().isEmpty()) {
        InstanceId lost = owner.instances().get(random.nextInt(owner.instances().size()));
        owner.lose(lost);
        machine.remove(lost);
      } else if (what < 8) {
        repeat(lease);
      } else if (what < 10) {
        owner.look(now);
      } else if (what == 10 && lease.state.wish().isEmpty()) {
        lease.unwanted = true;
      } else if (!wire.isEmpty()) {
        deliver();
      }
      models.forEach((name, each) -> hear(each));
      noTwoHoldOneInstance();
    }

    private Tenants owner(ModelName name) {
      return Optional.ofNullable(models.get(name)).orElseThrow();
    }

    private void deliver() {
      // Anything may be overtaken while there are faults; what is doubled comes again later.
      Runnable next = wire.remove(faults ? random.nextInt(wire.size()) : 0);
      int fate = faults ? random.nextInt(10) : 9;
      if (fate == 0) {
        return;
      }
      if (fate == 1) {
        wire.add(next);
      }
      next.run();
    }

    private void repeat(Lease lease) {
      if (lease.state.wish().isEmpty() && !lease.unwanted) {
        ask(lease);
        return;
      }
      carryOut(lease, LeaseDecider.look(lease.state, lease.soft, now));
      say(lease, true);
    }

    private void carryOut(Lease lease, LeaseDecision decision) {
      List<LeaseOrder> ahead = LeaseOrderDecider.ahead(lease.state, decision, now);
      send(lease, lease.state.on(decision.events()), ahead);
      if (faults && loses && !decision.events().isEmpty() && random.nextInt(8) == 0) {
        // It dies with what it writes.
        lease.soft = LeaseSoft.begun(lease.state, now);
        return;
      }
      for (LeaseEvent event : decision.events()) {
        long before = lease.state.token();
        lease.state = lease.state.on(event);
        if (event instanceof LeaseEvent.LeaseGranted) {
          assertThat(lease.state.token()).as("its next token").isGreaterThan(before);
        }
      }
      lease.soft = decision.soft();
      if (decision.say()) {
        List<LeaseOrder> orders =
            new ArrayList<>(LeaseOrderDecider.orders(lease.state, lease.soft, now, false));
        orders.removeAll(ahead);
        send(lease, lease.state, orders);
      }
    }

    private void say(Lease lease, boolean again) {
      send(lease, lease.state, LeaseOrderDecider.orders(lease.state, lease.soft, now, again));
    }

    private void send(Lease lease, LeaseState meant, List<LeaseOrder> orders) {
      LeaseId id = meant.id();
      for (LeaseOrder order : orders) {
        if (order instanceof LeaseOrder.Claim c) {
          wire.add(
              () ->
                  owner(c.model())
                      .claim(id, c.floor(), c.holding(), c.avoided(), meant.askedAt(), now));
        } else if (order instanceof LeaseOrder.Unclaim c) {
          wire.add(() -> owner(c.model()).unclaim(id, c.number(), now));
        } else if (order instanceof LeaseOrder.GiveBack c) {
          wire.add(() -> owner(c.model()).giveBack(id, c.number(), now));
        } else if (order instanceof LeaseOrder.Hold c) {
          wire.add(() -> hold(lease, c));
        }
      }
    }

    private void hear(Tenants owner) {
      for (Tenants.Word word : owner.words()) {
        leases.stream()
            .filter(lease -> lease.state.id().equals(word.lease()))
            .forEach(
                lease ->
                    wire.add(
                        () ->
                            carryOut(
                                lease,
                                LeaseDecider.told(lease.state, lease.soft, word.reply(), now))));
      }
      for (Tenants.Question asked : owner.questions()) {
        leases.stream()
            .filter(lease -> lease.state.id().equals(asked.grant().lease()))
            .forEach(lease -> wire.add(() -> answer(lease, asked)));
      }
      for (Tenants.Release order : owner.releases()) {
        wire.add(() -> release(owner, order));
      }
    }

    private void answer(Lease lease, Tenants.Question asked) {
      carryOut(
          lease,
          LeaseDecider.stillWanted(lease.state, lease.soft, asked.model(), asked.grant().number()));
    }

    private void hold(Lease lease, LeaseOrder.Hold order) {
      Held before = machine.getOrDefault(order.instance(), new Held(0, Optional.empty()));
      boolean known = before.holder().filter(order.token()::equals).isPresent();
      Optional<Refused> refused = Optional.empty();
      if (faults && !known && random.nextInt(8) == 0) {
        refused = Optional.of(Refused.of(ErrorCode.BUSY, "others are at work"));
      } else if (known || order.token().number() > before.highest()) {
        machine.put(order.instance(), new Held(order.token().number(), Optional.of(order.token())));
      } else {
        refused = Optional.of(Refused.of(ErrorCode.STALE_LEASE, "it was told a later one"));
      }
      HoldReply reply =
          new HoldReply(
              order.instance(),
              order.token(),
              M1,
              Math.max(before.highest(), refused.isEmpty() ? order.token().number() : 0),
              refused);
      wire.add(() -> carryOut(lease, LeaseDecider.held(lease.state, lease.soft, reply, now)));
    }

    private void release(Tenants owner, Tenants.Release order) {
      Held before = machine.getOrDefault(order.instance(), new Held(0, Optional.empty()));
      LeaseToken token = order.token();
      if (token.number() > before.highest() || before.holder().filter(token::equals).isPresent()) {
        machine.put(order.instance(), new Held(token.number(), Optional.empty()));
      }
      long most = Math.max(before.highest(), token.number());
      wire.add(() -> owner.released(order.instance(), token, most, Optional.empty(), now));
    }

    private void noTwoHoldOneInstance() {
      Map<InstanceId, LeaseId> holders = new HashMap<>();
      for (Lease lease : leases) {
        if (lease.soft.isReady()) {
          for (Part part : lease.state.parts().values()) {
            assertThat(holders.put(part.instance(), lease.state.id()))
                .as("another one that is ready with %s", part.instance())
                .isNull();
          }
        }
      }
    }

    /** From here on nothing is lost, and time is long enough for all that waits for it. */
    private void heal() {
      faults = false;
      for (int round = 0; round < 40; round++) {
        now = now.plus(Tenants.abandonedAfter().dividedBy(20));
        leases.forEach(this::repeat);
        models.values().forEach(owner -> owner.look(now));
        models.values().forEach(this::hear);
        while (!wire.isEmpty()) {
          deliver();
          models.values().forEach(this::hear);
        }
        noTwoHoldOneInstance();
      }
    }

    /** The same for so short that nothing which somebody keeps is taken back. */
    private void settle(int seconds) {
      faults = false;
      for (int round = 0; round < seconds; round++) {
        now = now.plusSeconds(1);
        leases.forEach(this::repeat);
        models.values().forEach(owner -> owner.look(now));
        models.values().forEach(this::hear);
        while (!wire.isEmpty()) {
          deliver();
          models.values().forEach(this::hear);
        }
        noTwoHoldOneInstance();
      }
    }

    /** Messages are lost, doubled and overtaken, and whoever remembers anything forgets it. */
    private void disturb() {
      faults = true;
      for (int i = 0; i < 30; i++) {
        now = now.plusMillis(random.nextInt(120));
        Lease lease = leases.get(random.nextInt(leases.size()));
        int what = random.nextInt(12);
        if (what == 0) {
          lease.soft = LeaseSoft.begun(lease.state, now);
        } else if (what == 1) {
          owner(random.nextBoolean() ? A : B).crash();
        } else if (what < 4) {
          repeat(lease);
        } else if (!wire.isEmpty()) {
          deliver();
        }
        models.values().forEach(this::hear);
        noTwoHoldOneInstance();
      }
    }

    /** Nobody wants anything any more. */
    private void leave() {
      leases.forEach(lease -> lease.unwanted = true);
      live().forEach(this::release);
    }

    private void lose(Lease of, ModelName name) {
      InstanceId lost = Optional.ofNullable(of.state.parts().get(name)).orElseThrow().instance();
      owner(name).lose(lost);
      machine.remove(lost);
    }

    /** Its holder asks for that until it is written. */
    private void release(Lease lease) {
      while (lease.state.isLive()) {
        carryOut(lease, LeaseDecider.release(lease.state, lease.soft, "done", now));
      }
    }

    /** Closed, or never asked for as far as anybody knows. */
    private static boolean isOver(Lease lease) {
      return lease.state.closed() || lease.state.wish().isEmpty() && lease.unwanted;
    }

    private List<Lease> live() {
      return leases.stream().filter(lease -> lease.state.isLive()).toList();
    }
  }

  @Property(tries = 60)
  void noTwoLeasesAreReadyWithOneInstanceAndAllIsGivenBack(
      @ForAll @IntRange(min = 1, max = 3) int replicas,
      @ForAll @IntRange(min = 1, max = 5) int leases,
      @ForAll long seed) {
    Play play = new Play(replicas, leases, seed);
    for (int i = 0; i < 400; i++) {
      play.step();
    }

    play.heal();
    assertThat(play.live()).allMatch(lease -> lease.soft.isReady(), "is ready");

    play.live()
        .forEach(
            lease ->
                play.carryOut(
                    lease, LeaseDecider.release(lease.state, lease.soft, "done", play.now)));
    play.heal();
    assertThat(play.leases).allMatch(Play::isOver, "is over");
    assertThat(play.models.values()).noneMatch(Tenants::hasTenants);
  }

  /** Claims that come late get what is over an instance, after it was told that it has none. */
  @Property(tries = 60)
  void whatLateClaimsBringIsGivenBackLongBeforeItIsTakenForAbandoned(
      @ForAll @IntRange(min = 1, max = 3) int replicas,
      @ForAll @IntRange(min = 1, max = 5) int leases,
      @ForAll long seed) {
    Play play = new Play(replicas, leases, seed);
    for (int i = 0; i < 200; i++) {
      play.step();
    }
    play.leave();
    for (int i = 0; i < 100; i++) {
      play.step();
    }

    play.settle(30);

    assertThat(Tenants.abandonedAfter()).isGreaterThan(Duration.ofSeconds(60));
    assertThat(play.leases).allMatch(Play::isOver, "is over");
    assertThat(play.models.values()).noneMatch(Tenants::hasTenants);
  }

  /** Each has what the other one lost, and there is no room for more. */
  @Property(tries = 60)
  void twoThatMovedDoNotWaitForEachOther(@ForAll boolean swapped, @ForAll long seed) {
    twoThatMoved(swapped, seed, false, 12);
  }

  /** Until their models ask for what nobody knows of any more. */
  @Property(tries = 30)
  void norDoTwoThatDiedWithWhatTheyWroteForLong(@ForAll boolean swapped, @ForAll long seed) {
    twoThatMoved(swapped, seed, true, 40);
  }

  private static void twoThatMoved(boolean swapped, long seed, boolean loses, int seconds) {
    Play play = new Play(2, 2, List.of(Set.of(A, B)), seed);
    play.settle(seconds);
    assertThat(play.live()).hasSize(2).allMatch(lease -> lease.soft.isReady(), "is ready");
    play.models.values().forEach(owner -> owner.atMost(1));
    play.lose(play.leases.get(swapped ? 1 : 0), A);
    play.lose(play.leases.get(swapped ? 0 : 1), B);
    play.loses = loses;
    play.disturb();

    for (int left = 2; left > 0; left--) {
      play.settle(seconds);
      List<Lease> ready = play.live().stream().filter(lease -> lease.soft.isReady()).toList();
      assertThat(ready).as("of %d that are left", left).hasSize(1);
      play.release(ready.get(0));
    }
  }
}
