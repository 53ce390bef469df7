package io.remuda.gateway.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.id.InstanceId;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** When an instance that fails is left out, and when it is tried again. */
class BreakerPolicyTest {

  private static final RoutingSettings SETTINGS = Replicas.SHIPPED;
  private static final long PAUSE = SETTINGS.breakerPause().toNanos();

  @Test
  void opensAfterFailuresInARowAndNotBefore() {
    Breaker breaker = failures(SETTINGS.breakerFailures() - 1, Breaker.CLOSED, 0);
    assertThat(breaker.isOpen()).isFalse();

    breaker = failures(1, breaker, 0);

    assertThat(breaker.standing(0)).isEqualTo(Breaker.Standing.OPEN);
    assertThat(BreakerPolicy.takes(breaker, PAUSE - 1)).isFalse();
    assertThat(BreakerPolicy.takes(breaker, PAUSE)).isTrue();
  }

  @Test
  void oneAnswerBetweenFailuresBeginsTheCountAnew() {
    Replicas replicas = Replicas.warm(2, 4);
    Target target = replicas.target(1);
    for (int i = 0; i < 3 * SETTINGS.breakerFailures(); i++) {
      target.failed(0, SETTINGS);
      target.answered();
    }

    assertThat(target.isEjected(0)).isFalse();
  }

  @Test
  void afterThePauseOneRequestGoesThereAndNoSecond() {
    Breaker open = failures(SETTINGS.breakerFailures(), Breaker.CLOSED, 0);

    Breaker probed = BreakerPolicy.sent(open, PAUSE, SETTINGS);

    assertThat(probed.standing(PAUSE)).isEqualTo(Breaker.Standing.HALF_OPEN);
    assertThat(BreakerPolicy.takes(probed, PAUSE)).isFalse();
    // Should nobody ever hear of it, the next one goes.
    assertThat(BreakerPolicy.takes(probed, 2 * PAUSE)).isTrue();
  }

  @Test
  void eachProbeThatFailsDoublesThePauseUpToTheLongest() {
    Breaker breaker = failures(SETTINGS.breakerFailures(), Breaker.CLOSED, 0);
    long now = 0;
    long pause = PAUSE;
    for (int i = 0; i < 40; i++) {
      assertThat(breaker.retryAt() - now).isEqualTo(pause);
      now = breaker.retryAt();
      breaker = BreakerPolicy.failed(BreakerPolicy.sent(breaker, now, SETTINGS), now, SETTINGS);
      pause = Math.min(2 * pause, SETTINGS.breakerLongestPause().toNanos());
    }
  }

  @Test
  void whatWasSentBeforeThePauseAndFailsInItMakesItNoLonger() {
    Breaker open = failures(SETTINGS.breakerFailures(), Breaker.CLOSED, 0);

    Breaker later = failures(50, open, PAUSE / 2);

    assertThat(later.retryAt()).isEqualTo(open.retryAt());
  }

  @Test
  void saysOnceThatAnInstanceIsLeftOutAndOnceThatItIsBack() {
    Target target = Replicas.warm(1, 4).target(1);
    int said = 0;
    for (int i = 0; i < 20; i++) {
      said += target.failed(0, SETTINGS) ? 1 : 0;
    }

    assertThat(said).isEqualTo(1);
    assertThat(target.answered()).isTrue();
    assertThat(target.answered()).isFalse();
  }

  @Property(tries = 200)
  void noRequestFailsForABreaker(
      @ForAll @IntRange(min = 1, max = 6) int count,
      @ForAll @IntRange(min = 0, max = 6) int broken,
      @ForAll long seed) {
    Replicas replicas = Replicas.warm(count, 4);
    Random random = new Random(seed);
    long now = replicas.now.get();
    for (int i = 1; i <= Math.min(broken, count); i++) {
      for (int failure = 0; failure < SETTINGS.breakerFailures(); failure++) {
        replicas.target(i).failed(now, SETTINGS);
      }
    }
    Asked asked = Asked.unknown(SETTINGS, new PrefixIndex(16), false);
    Set<Object> left = new HashSet<>();
    Set<InstanceId> tried = new HashSet<>();

    for (int i = 0; i < count; i++) {
      Target picked = Balancer.pick(replicas.entry(), tried, asked, now, random).orElseThrow();
      // Those that work come first.
      assertThat(picked.isEjected(now)).isEqualTo(i >= count - Math.min(broken, count));
      tried.add(picked.instance());
      left.add(picked);
    }

    assertThat(left).hasSize(count);
    assertThat(Balancer.pick(replicas.entry(), tried, asked, now, random)).isEmpty();
  }

  @Test
  void zeroTurnsItOff() {
    Breaker breaker = Breaker.CLOSED;
    for (int i = 0; i < 100; i++) {
      breaker = BreakerPolicy.failed(breaker, 0, RoutingSettings.PLAIN);
    }

    assertThat(breaker.isOpen()).isFalse();
  }

  private static Breaker failures(int count, Breaker from, long now) {
    Breaker breaker = from;
    for (int i = 0; i < count; i++) {
      breaker = BreakerPolicy.failed(breaker, now, SETTINGS);
    }
    return breaker;
  }
}
