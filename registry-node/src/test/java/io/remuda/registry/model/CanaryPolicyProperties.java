package io.remuda.registry.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.ModelName;
import io.remuda.registry.model.CanaryPolicy.Scene;
import io.remuda.registry.model.CanaryPolicy.Step;
import io.remuda.registry.model.RolloutPolicy.Part;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** What a canary never does, however long engines take to start and to end. */
class CanaryPolicyProperties {

  private static final ModelName NAME = new ModelName("demo");
  private static final int TICKS = 400;

  /** Instances of two recipes in a room for so many, which start, serve and end as they like. */
  private static final class Play {
    private final Random random;
    private final int wanted;
    private final int surge;
    private final boolean makesWay;
    private final List<Actor> actors = new ArrayList<>();
    private int capacity;
    private int share;
    private long number;

    private Play(int wanted, int spare, int surge, boolean makesWay, int share, long seed) {
      this.random = new Random(seed);
      this.wanted = wanted;
      this.capacity = wanted + spare;
      this.surge = surge;
      this.makesWay = makesWay;
      this.share = share;
      for (int i = 0; i < wanted; i++) {
        add(false).ready = true;
      }
    }

    private static final class Actor {
      private final InstanceId id;
      private final boolean next;
      private boolean ready;
      private boolean stopping;
      private boolean away;
      private boolean leased;

      private Actor(InstanceId id, boolean next) {
        this.id = id;
        this.next = next;
      }
    }

    private Actor add(boolean next) {
      Actor actor = new Actor(new InstanceId(NAME, ++number), next);
      actors.add(actor);
      return actor;
    }

    private long ready() {
      return actors.stream().filter(a -> a.ready && !a.stopping).count();
    }

    private long placed(boolean next) {
      return actors.stream().filter(a -> a.next == next && !a.stopping).count();
    }

    private long readyOld() {
      return actors.stream().filter(a -> !a.next && a.ready && !a.stopping).count();
    }

    /** What holds a place where more may be placed. */
    private long held() {
      return actors.stream().filter(a -> !a.away).count();
    }

    private void step() {
      List<Part> next = new ArrayList<>();
      List<Part> old = new ArrayList<>();
      List<Part> leavingOld = new ArrayList<>();
      List<Part> leaving = new ArrayList<>();
      Set<InstanceId> leased = new HashSet<>();
      for (Actor actor : actors) {
        if (!actor.stopping) {
          List<Part> stay = actor.next ? next : old;
          List<Part> go = actor.next ? leaving : leavingOld;
          boolean idle = random.nextBoolean() && !actor.leased;
          (actor.away ? go : stay).add(new Part(actor.id, actor.ready, idle, actor.away, true));
        }
        if (actor.leased) {
          leased.add(actor.id);
        }
      }
      boolean room = held() < capacity;
      Step step =
          CanaryPolicy.next(
              new Scene(
                  wanted,
                  share,
                  surge,
                  makesWay && random.nextBoolean(),
                  next,
                  old,
                  leavingOld,
                  leaving,
                  leased,
                  actors.stream().anyMatch(a -> a.stopping),
                  room,
                  room,
                  random.nextInt(10) != 0));
      actors.forEach(actor -> actor.stopping |= step.stop().contains(actor.id));
      assertThat(step.place() == 0 || step.refill() == 0).isTrue();
      for (int i = 0; i < step.place() + step.refill() && held() < capacity; i++) {
        add(step.place() > 0);
      }
    }

    /** Engines start and end, each when it likes. */
    private void time() {
      actors.removeIf(actor -> actor.stopping && random.nextInt(3) == 0);
      actors.forEach(actor -> actor.ready |= random.nextInt(3) == 0);
    }

    /** The machine of one of them is lost. */
    private void lose(boolean next) {
      actors.stream()
          .filter(a -> a.next == next && !a.stopping)
          .findFirst()
          .ifPresent(actors::remove);
    }

    /** The machine of one of them, which has no other, is to become empty. */
    private void drain() {
      List<Actor> there = actors.stream().filter(a -> !a.away && !a.stopping).toList();
      if (!there.isEmpty()) {
        there.get(random.nextInt(there.size())).away = true;
        capacity--;
      }
    }

    private void lease(int most) {
      actors.stream().filter(a -> !a.stopping).limit(most).forEach(a -> a.leased = true);
    }

    private void play(int ticks, int least) {
      for (int i = 0; i < ticks; i++) {
        step();
        assertThat(ready()).as("take requests").isGreaterThanOrEqualTo(least);
        assertThat(readyOld()).as("of the old one").isPositive();
        time();
      }
    }
  }

  @Property(tries = 200)
  void withRoomBesideNeverFewerServeAndItGetsItsShareAndNoMore(
      @ForAll @IntRange(min = 1, max = 6) int wanted,
      @ForAll @IntRange(min = 1, max = 3) int surge,
      @ForAll @IntRange(min = 0, max = 100) int percent,
      @ForAll long seed) {
    int share = CanaryPolicy.share(wanted, percent);
    Play play = new Play(wanted, surge, surge, false, share, seed);

    for (int i = 0; i < TICKS; i++) {
      play.play(1, wanted);
      assertThat(play.placed(true)).isLessThanOrEqualTo(share);
      assertThat(play.placed(true) + play.placed(false))
          .isLessThanOrEqualTo(Math.max(wanted + surge, share + 1));
    }

    assertThat(play.placed(true)).isEqualTo(share);
    assertThat(play.ready()).isGreaterThanOrEqualTo(wanted);
  }

  @Property(tries = 200)
  void withoutRoomBesideOneAtATimeGivesItsPlaceButNeverTheLastOne(
      @ForAll @IntRange(min = 1, max = 6) int wanted,
      @ForAll @IntRange(min = 0, max = 100) int percent,
      @ForAll long seed) {
    int share = CanaryPolicy.share(wanted, percent);
    Play play = new Play(wanted, 0, 1, true, share, seed);

    play.play(TICKS, Math.max(1, wanted - 1));

    assertThat(play.placed(true)).isEqualTo(Math.min(share, wanted - 1));
  }

  @Property(tries = 200)
  void aLowerShareGoesTheSameWayBack(
      @ForAll @IntRange(min = 2, max = 6) int wanted,
      @ForAll @IntRange(min = 0, max = 2) int spare,
      @ForAll long seed) {
    Play play = new Play(wanted, spare, 1, true, wanted, seed);
    play.play(TICKS, wanted - 1);

    play.share = 1;
    play.play(TICKS, wanted - 1);

    assertThat(play.placed(true)).isEqualTo(1);
    assertThat(play.placed(false)).isGreaterThanOrEqualTo(wanted - 1);
  }

  @Property(tries = 200)
  void whatIsLostComesBack(
      @ForAll @IntRange(min = 2, max = 6) int wanted,
      @ForAll @IntRange(min = 0, max = 100) int percent,
      @ForAll boolean canary,
      @ForAll long seed) {
    int share = CanaryPolicy.share(wanted, percent);
    Play play = new Play(wanted, 2, 1, true, share, seed);
    play.play(TICKS, wanted - 1);
    long old = play.placed(false);

    play.lose(canary);
    for (int i = 0; i < TICKS; i++) {
      play.step();
      play.time();
    }

    assertThat(play.placed(true)).isEqualTo(share);
    assertThat(play.placed(false)).isGreaterThanOrEqualTo(Math.min(old, wanted - share));
    assertThat(play.ready()).isGreaterThanOrEqualTo(wanted);
  }

  @Property(tries = 200)
  void drainedMachinesBecomeEmptyAndWhatIsWantedServes(
      @ForAll @IntRange(min = 1, max = 6) int wanted,
      @ForAll @IntRange(min = 1, max = 4) int drains,
      @ForAll @IntRange(min = 0, max = 100) int percent,
      @ForAll long seed) {
    int share = CanaryPolicy.share(wanted, percent);
    Play play = new Play(wanted, 1 + drains, 1, false, share, seed);

    for (int i = 0; i < drains; i++) {
      play.drain();
      play.play(play.random.nextInt(20), wanted);
    }
    play.play(TICKS, wanted);

    assertThat(play.actors).noneMatch(actor -> actor.away);
    assertThat(play.placed(true)).isEqualTo(share);
  }

  @Property(tries = 200)
  void howeverManyMachinesAreDrainedTheLastOneOfTheOldServes(
      @ForAll @IntRange(min = 1, max = 6) int wanted,
      @ForAll @IntRange(min = 0, max = 2) int spare,
      @ForAll @IntRange(min = 0, max = 100) int percent,
      @ForAll boolean makesWay,
      @ForAll long seed) {
    int share = CanaryPolicy.share(wanted, percent);
    Play play = new Play(wanted, spare, 1, makesWay, share, seed);

    for (int i = 0; i < wanted + spare; i++) {
      play.play(play.random.nextInt(60), 1);
      play.drain();
    }

    play.play(TICKS, 1);
  }

  @Property(tries = 200)
  void whatLeasesHaveIsLeftToThem(
      @ForAll @IntRange(min = 1, max = 6) int wanted,
      @ForAll @IntRange(min = 0, max = 3) int spare,
      @ForAll @IntRange(min = 0, max = 100) int percent,
      @ForAll boolean makesWay,
      @ForAll long seed) {
    int share = CanaryPolicy.share(wanted, percent);
    Play play = new Play(wanted, spare, 1, makesWay, share, seed);
    play.lease(1 + play.random.nextInt(wanted));
    List<Play.Actor> before = play.actors.stream().filter(actor -> actor.leased).toList();

    for (int i = 0; i < TICKS; i++) {
      play.play(1, Math.max(1, wanted - 1));
      assertThat(play.actors).containsAll(before);
      assertThat(before).noneMatch(actor -> actor.stopping);
    }
  }
}
