package io.remuda.protocol.limit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SharedLimitTest {

  private static final Limits SIXTY = new Limits(60, 0, 0, 0);

  @Test
  void oneGatewayLetsInWhatTheLimitSaysAndThenNoMoreForAMinute() {
    Fleet fleet = new Fleet(1, SIXTY, 1);
    for (int i = 0; i < 200; i++) {
      fleet.gateways.get(0).request(1);
      fleet.step(20);
    }

    assertThat(fleet.taken).hasSize(60);

    long refusedAt = fleet.now;
    assertThat(fleet.gateways.get(0).purse.take(fleet.now, SIXTY, 1).waitMillis())
        .isBetween(50_000L, 60_000L);
    while (fleet.now < refusedAt + 58_500) {
      fleet.gateways.get(0).request(1);
      fleet.step(20);
    }
    assertThat(fleet.taken.size()).isGreaterThan(60);
    assertThat(fleet.busiestMinute()).isEqualTo(60);
  }

  @Test
  void aLimitOfThreeIsThreeFromTheFirstSecondOn() {
    Fleet fleet = new Fleet(1, new Limits(3, 0, 0, 0), 1);
    for (int i = 0; i < 10; i++) {
      fleet.gateways.get(0).request(1);
      fleet.step(100);
    }

    assertThat(fleet.taken).hasSize(3);
  }

  @Test
  void severalGatewaysLetInNoMoreThanOneInAnyMinuteWhateverTheSchedule() {
    for (long seed = 0; seed < 30; seed++) {
      Random random = new Random(seed);
      int size = 2 + random.nextInt(3);
      long limit = 5 + random.nextInt(200);
      Fleet fleet = new Fleet(size, new Limits(limit, 0, 0, 0), seed);
      fleet.lost = random.nextInt(3) * 0.1;
      double[] busy = new double[size];
      List<Long> deaths = new ArrayList<>();
      while (fleet.now < 200_000) {
        if (fleet.now % 5_000 == 0) {
          for (int i = 0; i < size; i++) {
            busy[i] = random.nextInt(3) == 0 ? 0 : random.nextDouble() * limit / 600;
          }
        }
        if (random.nextInt(3_000) == 0) {
          fleet.gateways.get(random.nextInt(size)).dies();
          deaths.add(fleet.now);
        }
        for (int i = 0; i < size; i++) {
          if (random.nextDouble() < busy[i]) {
            fleet.gateways.get(i).request(1);
          }
        }
        fleet.step(10);
      }

      // Who hears of the key for the first time in a minute lets in a tenth before it is answered.
      long newOnes =
          deaths.stream()
              .mapToLong(
                  death ->
                      deaths.stream().filter(other -> Math.abs(other - death) < 60_000).count())
              .max()
              .orElse(0);
      long first = (size + newOnes) * ((limit + Purse.FIRST_PARTS - 1) / Purse.FIRST_PARTS);
      assertThat(fleet.busiestMinute())
          .as("seed %d, limit %d, gateways %d", seed, limit, size)
          .isLessThanOrEqualTo(limit + first);
    }
  }

  @Test
  void gatewaysThatAreAllBusyLetInExactlyTheLimitAndEachItsPart() {
    for (long seed = 0; seed < 10; seed++) {
      Fleet fleet = new Fleet(3, new Limits(300, 0, 0, 0), seed);
      while (fleet.now < 240_000) {
        for (Fleet.Gateway gateway : fleet.gateways) {
          gateway.request(1);
        }
        fleet.step(100);
      }

      assertThat(fleet.busiestMinute()).as("seed %d", seed).isLessThanOrEqualTo(300 + 60);
      long later =
          fleet.taken.stream().filter(each -> each.at() >= 62_000 && each.at() < 182_000).count();
      assertThat(later).as("seed %d", seed).isBetween(560L, 600L);
      for (int place = 0; place < 3; place++) {
        int of = place;
        assertThat(fleet.taken.stream().filter(each -> each.gateway() == of).count())
            .as("seed %d, gateway %d", seed, place)
            .isGreaterThan(fleet.taken.size() / 6);
      }
    }
  }

  @Test
  void whatOneGatewayDoesNotUseAnotherOneGets() {
    Fleet fleet = new Fleet(3, new Limits(120, 0, 0, 0), 7);
    while (fleet.now < 130_000) {
      fleet.gateways.get(0).request(1);
      if (fleet.now % 20_000 == 0) {
        fleet.gateways.get(1).request(1);
      }
      fleet.step(100);
    }

    long second = fleet.taken.stream().filter(each -> each.at() >= 65_000).count();
    // The other one keeps a twentieth for what comes next.
    assertThat(second).isGreaterThan(105);
    assertThat(fleet.busiestMinute()).isLessThanOrEqualTo(120 + 36);
  }

  @Test
  void whoAsksNowAndThenIsNeverRefusedWithinTheLimit() {
    Fleet fleet = new Fleet(2, new Limits(60, 40_000, 0, 0), 11);
    while (fleet.now < 200_000) {
      if (fleet.now % 1_300 == 0) {
        fleet.gateways.get(fleet.now % 5_200 == 0 ? 1 : 0).request(500);
      }
      fleet.step(50);
    }

    assertThat(fleet.gateways).extracting(gateway -> gateway.refused).containsExactly(0, 0);
  }

  @Test
  void aDeadGatewaysPortionIsCountedAsUsedForAMinuteAndThenFree() {
    Fleet fleet = new Fleet(2, SIXTY, 3);
    Fleet.Gateway dies = fleet.gateways.get(0);
    dies.request(1);
    for (int i = 0; i < 10; i++) {
      fleet.step(10);
    }
    for (int i = 0; i < 45; i++) {
      dies.request(1);
    }
    // None of these was told to anybody.
    dies.dies();
    Fleet.Gateway other = fleet.gateways.get(1);
    while (fleet.now < 55_000) {
      other.request(1);
      fleet.step(10);
    }

    assertThat(fleet.busiestMinute()).isLessThanOrEqualTo(60 + 12);

    while (fleet.now < 140_000) {
      other.request(1);
      fleet.step(10);
    }
    long last = fleet.taken.stream().filter(each -> each.at() > 80_000).count();
    assertThat(last).isGreaterThanOrEqualTo(55);
  }

  @Test
  void anOwnerThatMovesForgetsNoMoreThanAQuarter() {
    for (long seed = 0; seed < 20; seed++) {
      Random random = new Random(seed);
      Fleet fleet = new Fleet(3, new Limits(200, 0, 0, 0), seed);
      long moveAt = 20_000 + random.nextInt(60_000);
      boolean moved = false;
      while (fleet.now < 150_000) {
        for (Fleet.Gateway gateway : fleet.gateways) {
          if (random.nextInt(10) == 0) {
            gateway.request(1);
          }
        }
        if (!moved && fleet.now >= moveAt) {
          fleet.moves();
          moved = true;
        }
        fleet.step(20);
      }

      assertThat(fleet.busiestMinute()).as("seed %d", seed).isLessThanOrEqualTo(200 + 60 + 50);
    }
  }

  @Test
  void withoutAnOwnerEachGoesOnWithItsPart() {
    Fleet fleet = new Fleet(2, new Limits(100, 0, 0, 0), 5);
    while (fleet.now < 200_000) {
      fleet.away(fleet.now > 10_000 && fleet.now < 150_000);
      fleet.gateways.forEach(gateway -> gateway.request(1));
      fleet.step(100);
    }

    long without =
        fleet.taken.stream().filter(each -> each.at() >= 80_000 && each.at() < 140_000).count();
    assertThat(without).isBetween(95L, 101L);
    assertThat(fleet.busiestMinute()).isLessThanOrEqualTo(100 + 20);
  }

  @Test
  void tokensAreKeptByEstimateAndCorrectedByWhatWasUsed() {
    Limits limits = new Limits(0, 10_000, 0, 0);
    Fleet fleet = new Fleet(2, limits, 9);
    while (fleet.now < 190_000) {
      for (Fleet.Gateway gateway : fleet.gateways) {
        long at = fleet.now;
        if (gateway.request(1_000)) {
          // It used a quarter of what was thought.
          gateway.purse.settle(at + 5, at, limits, 1_000, 250);
        }
      }
      fleet.step(50);
    }

    assertThat(fleet.busiestMinuteInTokens() / 4).isLessThanOrEqualTo(10_000 + 2_000);
    long second =
        fleet.taken.stream().filter(each -> each.at() >= 65_000 && each.at() < 185_000).count();
    // Of 40 a minute, those that were let in for a quarter of their estimate.
    assertThat(second).isGreaterThan(60);
  }

  @Test
  void aRequestThatNeedsMostOfTheLimitComesInThoughSeveralGatewaysAreBusy() {
    Fleet fleet = new Fleet(4, new Limits(0, 10_000, 0, 0), 13);
    while (fleet.now < 130_000) {
      for (Fleet.Gateway gateway : fleet.gateways) {
        gateway.request(4_000);
      }
      fleet.step(50);
    }

    assertThat(fleet.busiestMinuteInTokens()).isLessThanOrEqualTo(10_000 + 4 * 4_000);
    assertThat(fleet.taken.stream().filter(each -> each.at() > 65_000).count()).isPositive();
  }

  @Test
  void oneThatUsedMoreThanWasThoughtPaysItBack() {
    Limits limits = new Limits(0, 1_000, 0, 0);
    Fleet fleet = new Fleet(1, limits, 2);
    Fleet.Gateway gateway = fleet.gateways.get(0);
    gateway.request(100);
    gateway.purse.settle(5, 0, limits, 100, 3_000);
    for (int i = 0; i < 50; i++) {
      fleet.step(100);
    }

    assertThat(gateway.request(10)).isFalse();
    assertThat(gateway.purse.tokensLeft(fleet.now, limits).remaining()).isZero();

    while (fleet.now < 70_000) {
      fleet.step(100);
    }
    assertThat(gateway.request(10)).isTrue();
  }

  @Test
  void whoWantsMoreThanTheWholeLimitWaitsForAFullMinuteAndIsNotRefusedForEver() {
    Fleet fleet = new Fleet(1, new Limits(0, 1_000, 0, 0), 4);

    assertThat(fleet.gateways.get(0).request(5_000)).isTrue();
    fleet.step(500);
    fleet.step(500);
    assertThat(fleet.gateways.get(0).request(5_000)).isFalse();
  }
}
