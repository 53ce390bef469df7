package io.remuda.registry.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.model.Scaling;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** What holds of autoscaling whatever the load and however long instances take to start. */
class AutoscaleProperties {

  private static final ScaleTimes TIMES =
      new ScaleTimes(
          Duration.ofSeconds(3),
          Duration.ofSeconds(60),
          Duration.ofSeconds(30),
          0.7,
          Duration.ofSeconds(5));

  private static final int SLOTS = 4;

  @Property(tries = 200)
  void changesDirectionAtMostTwiceOnAStepOfLoad(
      @ForAll @IntRange(min = 0, max = 60) int before,
      @ForAll @IntRange(min = 0, max = 60) int during,
      @ForAll @IntRange(min = 0, max = 60) int after,
      @ForAll @IntRange(min = 1, max = 90) int startSeconds,
      @ForAll boolean watchesTtft,
      @ForAll long seed) {
    Play play = new Play(new Scaling(1, 12, Optional.empty(), 1, ttft(watchesTtft)), startSeconds);
    Random random = new Random(seed);

    play.run(180, () -> noisy(before, random));
    play.forgetMoves();
    play.run(400, () -> noisy(during, random));
    play.run(900, () -> after);

    assertThat(play.directions()).as("moves %s", play.moves).isLessThanOrEqualTo(2);
  }

  @Property(tries = 200)
  void staysBetweenItsBoundsAndShrinksByOneAtATime(
      @ForAll @IntRange(min = 0, max = 3) int min,
      @ForAll @IntRange(min = 3, max = 9) int max,
      @ForAll @IntRange(min = 1, max = 60) int startSeconds,
      @ForAll long seed) {
    Optional<Duration> idle =
        min == 0 ? Optional.of(Duration.ofMinutes(5)) : Optional.<Duration>empty();
    Play play = new Play(new Scaling(min, max, idle, 1, Optional.empty()), startSeconds);
    Random random = new Random(seed);

    for (int i = 0; i < 20; i++) {
      int load = random.nextInt(80);
      play.run(20 + random.nextInt(100), () -> noisy(load, random));
    }

    assertThat(play.targets)
        .allSatisfy(target -> assertThat(target).isBetween(Math.max(1, min), max));
    for (int i = 1; i < play.targets.size(); i++) {
      assertThat(play.targets.get(i)).isGreaterThanOrEqualTo(play.targets.get(i - 1) - 1);
    }
  }

  @Property(tries = 100)
  void hasAsManyAsALastingLoadNeedsAndNoMore(
      @ForAll @IntRange(min = 1, max = 30) int load,
      @ForAll @IntRange(min = 1, max = 60) int startSeconds) {
    Play play = new Play(new Scaling(1, 12, Optional.empty(), 1, Optional.empty()), startSeconds);

    play.run(60, () -> 60);
    play.run(2_000, () -> load);

    assertThat(play.target).isEqualTo((int) Math.ceil(load / (SLOTS * TIMES.loadShare())));
  }

  private static Optional<Duration> ttft(boolean watches) {
    return watches ? Optional.of(Duration.ofMillis(500)) : Optional.empty();
  }

  private static int noisy(int load, Random random) {
    return load == 0 ? 0 : Math.max(0, load + random.nextInt(3) - 1);
  }

  private interface LoadNow {
    int requests();
  }

  /** A deployment under a load, looked at each second. */
  private static final class Play {
    private final Scaling scaling;
    private final int startSeconds;
    private final List<Integer> age = new ArrayList<>();
    private final List<Integer> moves = new ArrayList<>();
    private final List<Integer> targets = new ArrayList<>();
    private DemandWindow window = DemandWindow.EMPTY;
    private Instant now = Instant.EPOCH;
    private int target;

    Play(Scaling scaling, int startSeconds) {
      this.scaling = scaling;
      this.startSeconds = startSeconds;
      this.target = Math.max(1, scaling.min());
    }

    void run(int seconds, LoadNow load) {
      for (int i = 0; i < seconds; i++) {
        second(load.requests());
      }
    }

    void forgetMoves() {
      moves.clear();
    }

    private void second(int requests) {
      now = now.plusSeconds(1);
      while (age.size() < target) {
        age.add(0);
      }
      while (age.size() > target) {
        age.remove(age.size() - 1);
      }
      age.replaceAll(seconds -> seconds + 1);
      int ready = (int) age.stream().filter(seconds -> seconds > startSeconds).count();
      int working = Math.min(requests, ready * SLOTS);
      // Answers are late where every slot is in use.
      Optional<Duration> ttft =
          working == 0
              ? Optional.empty()
              : Optional.of(Duration.ofMillis(working == ready * SLOTS ? 900 : 100));
      AutoscalePolicy.Standing standing =
          new AutoscalePolicy.Standing(target, ready, ready == target, SLOTS, target, 0);
      AutoscalePolicy.Load load = new AutoscalePolicy.Load(requests - working, working, ttft);
      window = AutoscalePolicy.seen(scaling, TIMES, standing, load, window, now);
      OptionalInt next = AutoscalePolicy.next(scaling, TIMES, standing, window, now);
      if (next.isPresent()) {
        boolean up = next.getAsInt() > target;
        moves.add(next.getAsInt() - target);
        target = next.getAsInt();
        window = window.moved(now, up);
      }
      targets.add(target);
    }

    /** How often a move went the other way than the one before. */
    int directions() {
      int changes = 0;
      for (int i = 1; i < moves.size(); i++) {
        if (Integer.signum(moves.get(i)) != Integer.signum(moves.get(i - 1))) {
          changes++;
        }
      }
      return changes;
    }
  }
}
