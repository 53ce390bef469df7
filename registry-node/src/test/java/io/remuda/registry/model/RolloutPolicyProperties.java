package io.remuda.registry.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.RolloutWish.Strategy;
import io.remuda.registry.model.RolloutPolicy.Part;
import io.remuda.registry.model.RolloutPolicy.Scene;
import io.remuda.registry.model.RolloutPolicy.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** What a rollout never does, however long engines take to start and to end. */
class RolloutPolicyProperties {

  private static final ModelName NAME = new ModelName("demo");
  private static final int MOST_TICKS = 2_000;

  /** Instances in a room for so many, which start, serve, work and end at their own pace. */
  private static final class Play {
    private final Random random;
    private final int wanted;
    private final int capacity;
    private final int surge;
    private final Strategy strategy;
    private final List<Actor> actors = new ArrayList<>();
    private boolean back;
    private long number;

    private Play(int wanted, int spare, int surge, Strategy strategy, long seed) {
      this.random = new Random(seed);
      this.wanted = wanted;
      this.capacity = wanted + spare;
      this.surge = surge;
      this.strategy = strategy;
      for (int i = 0; i < wanted; i++) {
        actors.add(new Actor(new InstanceId(NAME, ++number), false, true));
      }
    }

    private static final class Actor {
      private final InstanceId id;
      private boolean next;
      private boolean ready;
      private boolean stopping;

      private Actor(InstanceId id, boolean next, boolean ready) {
        this.id = id;
        this.next = next;
        this.ready = ready;
      }
    }

    private long ready() {
      return actors.stream().filter(a -> a.ready && !a.stopping).count();
    }

    private long placed() {
      return actors.stream().filter(a -> !a.stopping).count();
    }

    private boolean mixed() {
      return actors.stream().anyMatch(a -> a.next) && actors.stream().anyMatch(a -> !a.next);
    }

    /** The next recipe is given up: what was to go stays, and the others are in its way. */
    private void turn() {
      back = !back;
      actors.forEach(actor -> actor.next = !actor.next);
    }

    private Step step() {
      List<Part> next = new ArrayList<>();
      List<Part> old = new ArrayList<>();
      for (Actor actor : actors) {
        if (!actor.stopping) {
          (actor.next ? next : old)
              .add(new Part(actor.id, actor.ready, random.nextBoolean(), false, true));
        }
      }
      Step step =
          RolloutPolicy.next(
              new Scene(
                  wanted,
                  surge,
                  strategy,
                  back,
                  next,
                  old,
                  actors.stream().anyMatch(a -> a.stopping),
                  actors.size() < capacity,
                  false,
                  random.nextInt(10) != 0,
                  random.nextBoolean()));
      actors.forEach(actor -> actor.stopping |= step.stop().contains(actor.id));
      for (int i = 0; i < step.place() && actors.size() < capacity; i++) {
        actors.add(new Actor(new InstanceId(NAME, ++number), true, false));
      }
      return step;
    }

    /** Engines start and end, each when it likes. */
    private void time() {
      actors.removeIf(actor -> actor.stopping && random.nextInt(3) == 0);
      actors.forEach(actor -> actor.ready |= random.nextInt(3) == 0);
    }
  }

  @Property(tries = 300)
  void bySurgeNeverFewerServeThanDid(
      @ForAll @IntRange(min = 1, max = 6) int wanted,
      @ForAll @IntRange(min = 1, max = 3) int spare,
      @ForAll @IntRange(min = 1, max = 3) int surge,
      @ForAll boolean automatic,
      @ForAll long seed) {
    Strategy strategy = automatic ? Strategy.AUTO : Strategy.SURGE;
    Play play = new Play(wanted, spare, surge, strategy, seed);

    boolean complete = false;
    for (int i = 0; i < MOST_TICKS && !complete; i++) {
      complete = play.step().complete();
      assertThat(play.placed()).isLessThanOrEqualTo(wanted + surge);
      // Those that still end are in the room too, so that it may be full for a while.
      int least = automatic ? wanted - 1 : wanted;
      assertThat(play.ready()).isGreaterThanOrEqualTo(least);
      play.time();
    }

    assertThat(complete).as("it comes to an end").isTrue();
    assertThat(play.placed()).isEqualTo(wanted);
  }

  @Property(tries = 300)
  void withoutRoomBesideOneAtATimeIsMissing(
      @ForAll @IntRange(min = 1, max = 6) int wanted,
      @ForAll boolean automatic,
      @ForAll long seed) {
    Strategy strategy = automatic ? Strategy.AUTO : Strategy.RECREATE_WHEN_IDLE;
    Play play = new Play(wanted, 0, 1, strategy, seed);

    boolean complete = false;
    for (int i = 0; i < MOST_TICKS && !complete; i++) {
      complete = play.step().complete();
      assertThat(play.ready()).isGreaterThanOrEqualTo(wanted - 1);
      play.time();
    }

    assertThat(complete).as("it comes to an end").isTrue();
  }

  @Property(tries = 100)
  void bySurgeNothingIsStoppedWhereThereIsNoRoomBeside(
      @ForAll @IntRange(min = 1, max = 6) int wanted, @ForAll long seed) {
    Play play = new Play(wanted, 0, 1, Strategy.SURGE, seed);

    for (int i = 0; i < 50; i++) {
      Step step = play.step();
      assertThat(step.stop()).isEmpty();
      assertThat(step.complete()).isFalse();
      play.time();
    }
  }

  @Property(tries = 200)
  void recreatedOnesNeverServeBesideThoseThatTheyReplace(
      @ForAll @IntRange(min = 1, max = 6) int wanted, @ForAll long seed) {
    Play play = new Play(wanted, 2, 1, Strategy.RECREATE, seed);

    boolean complete = false;
    for (int i = 0; i < MOST_TICKS && !complete; i++) {
      complete = play.step().complete();
      assertThat(play.mixed()).isFalse();
      play.time();
    }

    assertThat(complete).as("it comes to an end").isTrue();
  }

  @Property(tries = 300)
  void givenUpAtAnyMomentAsManyServeOnAsDid(
      @ForAll @IntRange(min = 1, max = 6) int wanted,
      @ForAll @IntRange(min = 0, max = 3) int spare,
      @ForAll @IntRange(min = 0, max = 30) int ticks,
      @ForAll long seed) {
    Play play = new Play(wanted, spare, 1, Strategy.AUTO, seed);
    for (int i = 0; i < ticks; i++) {
      play.step();
      play.time();
    }

    play.turn();

    boolean complete = false;
    long before = Math.min(wanted, play.ready());
    for (int i = 0; i < MOST_TICKS && !complete; i++) {
      complete = play.step().complete();
      assertThat(play.ready()).isGreaterThanOrEqualTo(Math.min(before, wanted - 1));
      play.time();
    }
    assertThat(complete).as("what served before serves on").isTrue();
    assertThat(play.actors).filteredOn(a -> !a.stopping).allMatch(actor -> actor.next);
  }

  @Property(tries = 100)
  void nothingIsStoppedForWhatWouldNotFitInItsPlaceEither(
      @ForAll @IntRange(min = 1, max = 6) int wanted, @ForAll Strategy strategy) {
    List<Part> old = new ArrayList<>();
    for (int i = 1; i <= wanted; i++) {
      old.add(new Part(new InstanceId(NAME, i), true, true, false, false));
    }

    Step step =
        RolloutPolicy.next(
            new Scene(
                wanted, 1, strategy, false, List.of(), old, false, false, false, false, true));

    assertThat(step.stop()).isEmpty();
  }
}
