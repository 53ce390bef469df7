package io.remuda.gateway.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What instances get of a load that is played in simulated time, and how long it takes. */
class RoutedLoadTest {

  private static final int REPLICAS = 4;
  private static final int SLOTS = 4;
  private static final int REQUESTS = 20_000;
  private static final double SERVICE_NANOS = 100_000_000;
  private static final int TIMES_SLOWER = 4;

  /** Of what the four can do together, at most. */
  private static final double LOAD = 0.6;

  @Test
  void aReplicaThatIsFourTimesSlowerIsSpared() {
    Result plain = play(Asked.ANYTHING, 1);
    Result routed = play(Asked.unknown(Replicas.SHIPPED, new PrefixIndex(16), false), 1);

    System.out.printf(
        "one of four replicas four times slower, load %.0f %%: "
            + "by requests in flight alone it gets %.1f %%, p50 %.0f ms, p99 %.0f ms; "
            + "by pace too %.1f %%, p50 %.0f ms, p99 %.0f ms%n",
        100 * LOAD,
        plain.sharePercent(1),
        plain.millis(50),
        plain.millis(99),
        routed.sharePercent(1),
        routed.millis(50),
        routed.millis(99));
    // It is a thirteenth of what all can do.
    assertThat(routed.sharePercent(1)).isBetween(0.2, 10.0);
    assertThat(routed.sharePercent(1)).isLessThan(plain.sharePercent(1));
    assertThat(routed.millis(99)).isLessThan(plain.millis(99));
    for (int fast = 2; fast <= REPLICAS; fast++) {
      assertThat(routed.sharePercent(fast)).isBetween(27.0, 37.0);
    }
  }

  @Test
  void replicasThatAreAlikeGetTheSame() {
    Result routed = play(Asked.unknown(Replicas.SHIPPED, new PrefixIndex(16), false), 0);

    for (int each = 1; each <= REPLICAS; each++) {
      assertThat(routed.sharePercent(each)).isBetween(22.0, 28.0);
    }
  }

  @Test
  void anInstanceThatOthersHaveFilledIsSparedWhileItsWordIsFresh() {
    Replicas replicas = Replicas.warm(2, SLOTS);
    Asked asked = Asked.unknown(Replicas.SHIPPED, new PrefixIndex(16), false);
    long now = replicas.now.get();
    replicas.target(1).told(SLOTS, now);

    for (int i = 0; i < 50; i++) {
      assertThat(Balancer.pick(replicas.entry(), Set.of(), asked, now, new Random(i)).orElseThrow())
          .isEqualTo(replicas.target(2));
    }
    long later = now + Replicas.SHIPPED.loadWindow().plusMillis(1).toNanos();
    assertThat(replicas.target(1).underWay(later, Replicas.SHIPPED)).isZero();
  }

  @Test
  void itsOwnRequestsAreNotTakenForOthers() {
    Target target = Replicas.warm(1, SLOTS).target(1);
    target.enter();
    target.enter();

    target.told(3, 0);

    assertThat(target.underWay(0, Replicas.SHIPPED)).isEqualTo(3);
  }

  @Test
  void aNewReplicaComesToItsShareBySteps() {
    Replicas replicas = Replicas.warm(3, SLOTS);
    replicas.ready(4, SLOTS);
    Asked asked = Asked.unknown(Replicas.SHIPPED, new PrefixIndex(16), false);
    List<Double> shares = new ArrayList<>();
    for (int step = 0; step <= 4; step++) {
      shares.add(shareOfTheFourth(replicas, asked, step));
      replicas.pass(Replicas.SHIPPED.slowStart().dividedBy(4));
    }

    System.out.printf(
        "a new one of four replicas gets %.1f %% at first, %.1f %% after 5 s, %.1f %% after 7.5 s,"
            + " %.1f %% after 10 s%n",
        shares.get(1), shares.get(2), shares.get(3), shares.get(4));
    assertThat(shares.get(0)).isZero();
    assertThat(shares.get(1)).isZero();
    assertThat(shares.get(2)).isBetween(1.0, 4.0);
    assertThat(shares.get(3)).isBetween(9.0, 17.0);
    assertThat(shares.get(4)).isBetween(23.0, 27.0);
  }

  @Test
  void aNewReplicaGetsAtOnceWhatOthersHaveNoRoomFor() {
    Replicas replicas = Replicas.warm(3, SLOTS);
    replicas.ready(4, SLOTS);
    Asked asked = Asked.unknown(Replicas.SHIPPED, new PrefixIndex(16), false);
    for (int full = 1; full <= 3; full++) {
      replicas.target(full).told(SLOTS, replicas.now.get());
    }

    // Whenever it is one of the two that are drawn.
    assertThat(shareOfTheFourth(replicas, asked, 0)).isBetween(48.0, 52.0);
  }

  @Test
  void oneThatIsNewWithAllOthersGetsItsShareAtOnce() {
    Replicas replicas = new Replicas();
    for (int each = 1; each <= 4; each++) {
      replicas.ready(each, SLOTS);
    }
    Asked asked = Asked.unknown(Replicas.SHIPPED, new PrefixIndex(16), false);

    assertThat(shareOfTheFourth(replicas, asked, 0)).isBetween(23.0, 27.0);
  }

  private static double shareOfTheFourth(Replicas replicas, Asked asked, int seed) {
    Random random = new Random(seed);
    int got = 0;
    for (int i = 0; i < REQUESTS; i++) {
      Target picked =
          Balancer.pick(replicas.entry(), Set.of(), asked, replicas.now.get(), random)
              .orElseThrow();
      got += picked.equals(replicas.target(4)) ? 1 : 0;
    }
    return 100.0 * got / REQUESTS;
  }

  @Test
  void aPaceThatNobodyHasHeardOfLatelyIsForgotten() {
    Replicas replicas = Replicas.warm(2, SLOTS);
    long window = Replicas.SHIPPED.paceWindow().toNanos();
    for (int i = 0; i < 5; i++) {
      replicas.target(1).paced(true, 4_000_000_000L, 0, Replicas.SHIPPED);
    }

    assertThat(replicas.target(1).seen(window, Replicas.SHIPPED).firstByte()).isPresent();
    assertThat(replicas.target(1).seen(window + 1, Replicas.SHIPPED).firstByte()).isEmpty();
  }

  /** What became of the requests. */
  private record Result(Map<Integer, Integer> counts, List<Double> nanos) {
    double sharePercent(int instance) {
      return 100.0 * counts.getOrDefault(instance, 0) / REQUESTS;
    }

    double millis(int percent) {
      return nanos.get((int) Math.ceil(nanos.size() * percent / 100.0) - 1) / 1e6;
    }
  }

  private record Request(int instance, long arrived, long service) {}

  private record Event(long at, boolean arrival, Request request) {}

  /**
   * Requests that come at random and each instance works on as many as it has slots; further ones
   * wait there.
   *
   * @param slow how many replicas are slower
   */
  private static Result play(Asked asked, int slow) {
    Replicas replicas = Replicas.warm(REPLICAS, SLOTS);
    Random random = new Random(42);
    double perNano =
        LOAD * SLOTS * (REPLICAS - slow + (double) slow / TIMES_SLOWER) / SERVICE_NANOS;
    PriorityQueue<Event> events = new PriorityQueue<>(Comparator.comparingLong(Event::at));
    Map<Integer, Queue<Request>> waiting = new HashMap<>();
    int[] working = new int[REPLICAS + 1];
    Map<Integer, Integer> counts = new HashMap<>();
    List<Double> took = new ArrayList<>();
    int begun = 0;
    events.add(new Event(replicas.now.get(), true, new Request(0, 0, 0)));
    while (!events.isEmpty()) {
      Event event = events.remove();
      long now = event.at();
      Request request = event.request();
      if (event.arrival()) {
        Target chosen = Balancer.pick(replicas.entry(), Set.of(), asked, now, random).orElseThrow();
        chosen.enter();
        int instance = (int) chosen.instance().number();
        counts.merge(instance, 1, Integer::sum);
        double mean = instance <= slow ? SERVICE_NANOS * TIMES_SLOWER : SERVICE_NANOS;
        waiting
            .computeIfAbsent(instance, none -> new ArrayDeque<>())
            .add(new Request(instance, now, (long) (mean * exponential(random))));
        begin(instance, now, working, waiting, events);
        if (++begun < REQUESTS) {
          events.add(
              new Event(now + (long) (exponential(random) / perNano), true, new Request(0, 0, 0)));
        }
      } else {
        Target target = replicas.target(request.instance());
        target.leave();
        working[request.instance()]--;
        took.add((double) (now - request.arrived()));
        target.paced(false, now - request.arrived(), now, Replicas.SHIPPED);
        begin(request.instance(), now, working, waiting, events);
      }
    }
    Collections.sort(took);
    return new Result(counts, took);
  }

  private static void begin(
      int instance,
      long now,
      int[] working,
      Map<Integer, Queue<Request>> waiting,
      PriorityQueue<Event> events) {
    Queue<Request> line = waiting.getOrDefault(instance, new ArrayDeque<>());
    while (working[instance] < SLOTS && !line.isEmpty()) {
      Request next = line.remove();
      working[instance]++;
      events.add(new Event(now + next.service(), false, next));
    }
  }

  private static double exponential(Random random) {
    return -Math.log(1 - random.nextDouble());
  }
}
