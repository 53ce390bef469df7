package io.remuda.gateway.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Whose turn it is among those who wait. */
class FairLineTest {

  private final FairLine<Integer> line = new FairLine<>();
  private final Map<Integer, Rank> ranks = new HashMap<>();
  private int arrivals;

  @Test
  void oneTenantsRequestsGoInTheirOrder() {
    line.add(3, of("a"));
    line.add(1, of("a"));
    line.add(2, of("a"));

    assertThat(List.of(line.next(), line.next(), line.next())).containsExactly(1, 2, 3);
    assertThat(line.isEmpty()).isTrue();
  }

  @Test
  void aTenantThatFloodsTheLineHoldsNobodyElseUp() {
    enter("flood", 1, Priority.NORMAL, 1000);
    enter("small", 1, Priority.NORMAL, 3);

    assertThat(tenants(6)).filteredOn("small"::equals).hasSize(3);
  }

  @Test
  void whoComesLaterIsOwedNothingForTheTimeBefore() {
    enter("early", 1, Priority.NORMAL, 200);
    tenants(100);
    enter("late", 1, Priority.NORMAL, 100);

    List<String> next = tenants(20);

    assertThat(next).filteredOn("late"::equals).hasSizeBetween(9, 11);
  }

  @Test
  void whoCannotWaitHasItsTenantsTurnsAndNoMore() {
    Rank hasty = of("hasty");
    enter("many", 1, Priority.NORMAL, 100);
    assertThat(line.passes(hasty)).as("those who wait are first").isFalse();
    int passed = 0;
    for (int turn = 0; turn < 20; turn++) {
      tenants(1);
      for (int i = 0; i < 10; i++) {
        passed += line.passes(hasty) ? 1 : 0;
      }
    }

    assertThat(passed).isBetween(19, 21);
    assertThat(line.passes(of("many"))).as("its own that wait are before it").isFalse();
  }

  @Test
  void whoCannotWaitHasItsPrioritysTurnsAndNoMore() {
    enter("patient", 1, Priority.LOW, 100);
    int passed = 0;
    for (int turn = 0; turn < 10; turn++) {
      tenants(1);
      for (int i = 0; i < 20; i++) {
        passed += line.passes(of("hasty")) ? 1 : 0;
      }
    }

    assertThat(passed).isBetween(75, 85);
  }

  @Test
  void whoCannotWaitPassesWhereNobodyDoes() {
    assertThat(line.passes(of("hasty"))).isTrue();
  }

  /** As two connections do that ask again as soon as they are answered. */
  @Test
  void aTenantWhoseRequestsComeOneByOneGetsNoMoreThanOneThatHasManyInLine() {
    enter("many", 1, Priority.NORMAL, 200);
    enter("few", 1, Priority.NORMAL, 1);
    int few = 0;
    for (int turn = 0; turn < 100; turn++) {
      if (rank(line.next()).tenant().equals("few")) {
        few++;
        enter("few", 1, Priority.NORMAL, 1);
      }
    }

    assertThat(few).isBetween(49, 51);
  }

  @Test
  void whoWasAwayForAsLongAsItHadHadTurnsOwesNothingAnyMore() {
    enter("many", 1, Priority.NORMAL, 200);
    enter("few", 1, Priority.NORMAL, 3);
    tenants(50);
    enter("few", 1, Priority.NORMAL, 100);

    assertThat(tenants(20)).filteredOn("few"::equals).hasSizeBetween(9, 11);
  }

  @Test
  void lowPriorityGetsLittleAndNotNothing() {
    enter("a", 1, Priority.HIGH, 1000);
    enter("b", 1, Priority.NORMAL, 1000);
    enter("c", 1, Priority.LOW, 1000);

    List<String> next = tenants(730);

    assertThat(next).filteredOn("a"::equals).hasSizeBetween(630, 650);
    assertThat(next).filteredOn("b"::equals).hasSizeBetween(75, 85);
    assertThat(next).filteredOn("c"::equals).hasSizeBetween(8, 12);
  }

  @Property(tries = 100)
  void whileAllWaitEachGetsItsWeightToWithinOneTurn(
      @ForAll @IntRange(min = 1, max = 9) int first,
      @ForAll @IntRange(min = 1, max = 9) int second,
      @ForAll @IntRange(min = 1, max = 9) int third) {
    FairLineTest fresh = new FairLineTest();
    fresh.enter("a", first, Priority.NORMAL, 400);
    fresh.enter("b", second, Priority.NORMAL, 400);
    fresh.enter("c", third, Priority.NORMAL, 400);

    List<String> next = fresh.tenants(200);

    double all = first + second + third;
    assertThat((double) next.stream().filter("a"::equals).count())
        .isBetween(200 * first / all - first - 1, 200 * first / all + first + 1);
    assertThat((double) next.stream().filter("b"::equals).count())
        .isBetween(200 * second / all - second - 1, 200 * second / all + second + 1);
  }

  @Property(tries = 200)
  void everybodyIsCalledOnceOrLeaves(@ForAll long seed) {
    FairLineTest fresh = new FairLineTest();
    Random random = new Random(seed);
    List<Integer> inside = new ArrayList<>();
    for (int step = 0; step < 300; step++) {
      if (inside.isEmpty() || random.nextInt(3) > 0) {
        inside.add(fresh.enter("t" + random.nextInt(4), 1 + random.nextInt(3), any(random), 1));
      } else if (random.nextBoolean()) {
        Integer leaves = inside.remove(random.nextInt(inside.size()));
        assertThat(fresh.line.remove(leaves, fresh.rank(leaves))).isTrue();
        assertThat(fresh.line.remove(leaves, fresh.rank(leaves))).isFalse();
      } else {
        assertThat(inside.remove(fresh.line.next())).isTrue();
      }
      assertThat(fresh.line.size()).isEqualTo(inside.size());
    }
  }

  /**
   * Two tenants at one instance that works on one request at a time: one sends ten times what it
   * can do, the other a quarter of it.
   */
  @Test
  void theWaitOfATenantWithinItsShareDoesNotGrowWithAnothersFlood() {
    double alone = worstWait(0);
    double flooded = worstWait(10);

    System.out.printf(
        "a tenant that asks for a quarter of the slots waits for %.0f services at most when it is"
            + " alone, for %.0f beside one that asks for ten times all slots%n",
        alone, flooded);
    assertThat(flooded).isLessThanOrEqualTo(alone + 2);
  }

  /** In services of one request, of the tenant that keeps within its share. */
  private static double worstWait(int flood) {
    FairLineTest fresh = new FairLineTest();
    Map<Integer, Integer> arrived = new HashMap<>();
    int worst = 0;
    for (int turn = 0; turn < 2000; turn++) {
      if (flood > 0) {
        fresh.enter("flood", 1, Priority.NORMAL, flood);
      }
      if (turn % 4 == 0) {
        arrived.put(fresh.enter("small", 1, Priority.NORMAL, 1), turn);
      }
      if (!fresh.line.isEmpty()) {
        Integer arrival = arrived.remove(fresh.line.next());
        worst = arrival == null ? worst : Math.max(worst, turn - arrival);
      }
    }
    assertThat(arrived.size()).isLessThan(3);
    return worst;
  }

  private static Priority any(Random random) {
    return Priority.values()[random.nextInt(Priority.values().length)];
  }

  private static Rank of(String tenant) {
    return new Rank(tenant, 1, Priority.NORMAL);
  }

  private Rank rank(int one) {
    return java.util.Objects.requireNonNull(ranks.get(one));
  }

  /** The number of the last one. */
  private int enter(String tenant, int weight, Priority priority, int count) {
    for (int i = 0; i < count; i++) {
      Rank rank = new Rank(tenant, weight, priority);
      ranks.put(++arrivals, rank);
      line.add(arrivals, rank);
    }
    return arrivals;
  }

  /** Whose the next ones are. */
  private List<String> tenants(int count) {
    List<String> next = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      next.add(rank(line.next()).tenant());
    }
    return next;
  }
}
