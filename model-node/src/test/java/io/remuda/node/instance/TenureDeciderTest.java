package io.remuda.node.instance;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.node.instance.Tenure.Mode;
import io.remuda.node.instance.TenureDecider.Decision;
import io.remuda.node.instance.TenureDecider.Step;
import io.remuda.node.instance.TenureDecider.Verdict;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.model.LeaseToken;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class TenureDeciderTest {

  private static final InstanceId ID = InstanceId.of("chat-1");
  private static final Duration TTL = Duration.ofSeconds(10);
  // Close to where the clock of time-outs turns over, which it may at any time.
  private static final long NOW = Long.MAX_VALUE - Duration.ofSeconds(5).toNanos();
  private static final LeaseToken FIRST = token("a", 5);
  private static final LeaseToken SECOND = token("b", 7);

  private static LeaseToken token(String lease, long number) {
    return new LeaseToken(new LeaseId(lease), number);
  }

  private static Tenure held(LeaseToken grant) {
    Decision told = TenureDecider.hold(ID, Tenure.NEVER, grant, TTL, NOW);
    assertThat(told.step()).isEqualTo(Step.CLEAR);
    return TenureDecider.cleared(told.tenure(), grant, TTL, NOW);
  }

  private static Verdict admit(Tenure tenure, LeaseToken token, Duration later) {
    return TenureDecider.admit(tenure, Optional.of(token), NOW + later.toNanos());
  }

  private static Verdict everybody(Tenure tenure, Duration later) {
    return TenureDecider.admit(tenure, Optional.empty(), NOW + later.toNanos());
  }

  @Test
  void isEverybodysUntilALeaseHasIt() {
    assertThat(everybody(Tenure.NEVER, Duration.ZERO)).isEqualTo(Verdict.ADMITTED);
    assertThat(admit(Tenure.NEVER, FIRST, Duration.ZERO)).isEqualTo(Verdict.STALE);
    assertThat(everybody(held(FIRST), Duration.ZERO)).isEqualTo(Verdict.LEASED);
    assertThat(admit(held(FIRST), FIRST, Duration.ZERO)).isEqualTo(Verdict.ADMITTED);
  }

  @Test
  void letsNobodyInWhileOtherCallsAreStillUnderWay() {
    Tenure clearing = TenureDecider.hold(ID, Tenure.NEVER, FIRST, TTL, NOW).tenure();

    assertThat(everybody(clearing, Duration.ZERO)).isEqualTo(Verdict.LEASED);
    assertThat(admit(clearing, FIRST, Duration.ZERO)).isEqualTo(Verdict.NOT_YET);
    // Its time to live has not begun.
    assertThat(admit(clearing, FIRST, TTL.multipliedBy(9))).isEqualTo(Verdict.NOT_YET);
  }

  @Test
  void endsByItsOwnClockWithoutBeingTold() {
    Tenure tenure = held(FIRST);

    assertThat(admit(tenure, FIRST, TTL.minusNanos(1))).isEqualTo(Verdict.ADMITTED);
    assertThat(admit(tenure, FIRST, TTL)).isEqualTo(Verdict.ENDED);
    assertThat(everybody(tenure, TTL)).isEqualTo(Verdict.ADMITTED);
  }

  @Test
  void isHeldLongerWhenItIsToldAgainInTime() {
    long later = NOW + TTL.minusNanos(1).toNanos();
    Decision again = TenureDecider.hold(ID, held(FIRST), FIRST, TTL, later);

    assertThat(again.step()).isEqualTo(Step.RENEWED);
    assertThat(admit(again.tenure(), FIRST, TTL)).isEqualTo(Verdict.ADMITTED);
  }

  @Test
  void doesNotComeBackOnceItWasLetGoOf() {
    long late = NOW + TTL.toNanos();
    Decision late10 = TenureDecider.hold(ID, held(FIRST), FIRST, TTL, late);
    Tenure released = TenureDecider.release(held(FIRST), FIRST);
    Decision afterRelease = TenureDecider.hold(ID, released, FIRST, TTL, NOW);
    Tenure before = TenureDecider.release(Tenure.NEVER, FIRST);

    assertThat(late10.refused().map(Refused::code)).contains(ErrorCode.ENDED);
    assertThat(afterRelease.refused().map(Refused::code)).contains(ErrorCode.ENDED);
    assertThat(TenureDecider.hold(ID, before, FIRST, TTL, NOW).step()).isEqualTo(Step.REFUSED);
    assertThat(admit(released, FIRST, Duration.ZERO)).isEqualTo(Verdict.ENDED);
  }

  @Test
  void aLaterGrantTakesItAndAnEarlierOneChangesNothing() {
    Decision later = TenureDecider.hold(ID, held(FIRST), SECOND, TTL, NOW);
    Tenure second = TenureDecider.cleared(later.tenure(), SECOND, TTL, NOW);
    Decision earlier = TenureDecider.hold(ID, second, FIRST, TTL, NOW);

    assertThat(admit(later.tenure(), FIRST, Duration.ZERO)).isEqualTo(Verdict.STALE);
    assertThat(earlier.refused().map(Refused::code)).contains(ErrorCode.STALE_LEASE);
    assertThat(earlier.tenure()).isEqualTo(second);
    assertThat(TenureDecider.release(second, FIRST)).isEqualTo(second);
    assertThat(TenureDecider.cleared(second, FIRST, TTL, NOW)).isEqualTo(second);
    assertThat(TenureDecider.hold(ID, second, token("c", 7), TTL, NOW).step())
        .isEqualTo(Step.REFUSED);
  }

  @Test
  void isClosedAfterARestartUntilItIsToldOrItsTimeIsOver() {
    Tenure left = TenureDecider.kept(Optional.of(new KeptHold(FIRST, true, 10_000)), NOW);

    assertThat(everybody(left, TTL.minusNanos(1))).isEqualTo(Verdict.LEASED);
    assertThat(admit(left, FIRST, Duration.ZERO)).isEqualTo(Verdict.NOT_YET);
    assertThat(admit(left, SECOND, Duration.ZERO)).isEqualTo(Verdict.STALE);
    assertThat(everybody(left, TTL)).isEqualTo(Verdict.ADMITTED);
    assertThat(TenureDecider.hold(ID, left, FIRST, TTL, NOW).step()).isEqualTo(Step.CLEAR);
    assertThat(TenureDecider.hold(ID, left, token("z", 4), TTL, NOW).step())
        .isEqualTo(Step.REFUSED);
  }

  @Test
  void knowsTheHighestNumberAfterARestartThoughNothingWasHeld() {
    Tenure left = TenureDecider.kept(Optional.of(new KeptHold(FIRST, false, 0)), NOW);

    assertThat(everybody(left, Duration.ZERO)).isEqualTo(Verdict.ADMITTED);
    assertThat(TenureDecider.hold(ID, left, FIRST, TTL, NOW).step()).isEqualTo(Step.REFUSED);
    assertThat(TenureDecider.hold(ID, left, SECOND, TTL, NOW).step()).isEqualTo(Step.CLEAR);
  }

  /** One thing that befalls an instance. */
  record Act(int kind, long number, int millis) {}

  @Provide
  Arbitrary<List<Act>> histories() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 4),
            Arbitraries.longs().between(1, 9),
            Arbitraries.integers().between(0, 1_500))
        .as(Act::new)
        .list()
        .ofMaxSize(40);
  }

  /** A machine that writes down what it is told before it says that it holds it. */
  private static final class Machine {
    Tenure tenure = Tenure.NEVER;
    Optional<KeptHold> disk = Optional.empty();
    final Set<LeaseToken> over = new HashSet<>();
    long now = NOW;

    void suffer(Act act) {
      LeaseToken grant = token("l" + act.number(), act.number());
      now += Duration.ofMillis(act.millis()).toNanos();
      Optional<LeaseToken> before = holder();
      switch (act.kind()) {
        case 0 -> {
          Decision decision = TenureDecider.hold(ID, tenure, grant, Duration.ofSeconds(1), now);
          tenure = decision.tenure();
          if (decision.step() != Step.REFUSED) {
            disk = Optional.of(new KeptHold(grant, true, 1_000));
          }
        }
        case 1 -> tenure = TenureDecider.cleared(tenure, grant, Duration.ofSeconds(1), now);
        case 2 -> tenure = TenureDecider.release(tenure, grant);
        case 3 -> tenure = TenureDecider.kept(disk, now);
        default -> tenure = TenureDecider.expire(tenure, now);
      }
      if (act.kind() != 3) {
        before.filter(held -> !holder().equals(before)).ifPresent(over::add);
      }
    }

    Optional<LeaseToken> holder() {
      Tenure current = TenureDecider.expire(tenure, now);
      return current.mode() == Mode.HELD ? current.grant() : Optional.empty();
    }
  }

  @Property(tries = 500)
  void onlyTheHighestNumberThatItWasToldIsEverLetIn(@ForAll("histories") List<Act> history) {
    Machine machine = new Machine();
    for (Act act : history) {
      long before = machine.tenure.highest();
      machine.suffer(act);

      assertThat(machine.tenure.highest())
          .as("after %s", act)
          .isGreaterThanOrEqualTo(act.kind() == 3 ? 0 : before);
      for (long number = 1; number <= 9; number++) {
        LeaseToken shown = token("l" + number, number);
        if (TenureDecider.admit(machine.tenure, Optional.of(shown), machine.now)
            == Verdict.ADMITTED) {
          assertThat(machine.holder()).contains(shown);
          assertThat(number).isEqualTo(machine.tenure.highest());
          assertThat(TenureDecider.admit(machine.tenure, Optional.empty(), machine.now))
              .isEqualTo(Verdict.LEASED);
        }
      }
    }
  }

  @Property(tries = 500)
  void aTokenThatWasOverIsNeverLetInAgain(@ForAll("histories") List<Act> history) {
    Machine machine = new Machine();
    for (Act act : history) {
      if (act.kind() == 3) {
        continue;
      }
      machine.suffer(act);
      assertThat(machine.over)
          .noneMatch(
              token ->
                  TenureDecider.admit(machine.tenure, Optional.of(token), machine.now)
                      == Verdict.ADMITTED);
    }
  }

  @Property(tries = 500)
  void nobodyIsLetInAfterARestartBeforeItIsTold(@ForAll("histories") List<Act> history) {
    Machine machine = new Machine();
    history.forEach(machine::suffer);
    boolean heldOnDisk = machine.disk.isPresent();
    machine.tenure = TenureDecider.kept(machine.disk, machine.now);

    for (long number = 1; number <= 9; number++) {
      assertThat(
              TenureDecider.admit(
                  machine.tenure, Optional.of(token("l" + number, number)), machine.now))
          .isNotEqualTo(Verdict.ADMITTED);
    }
    assertThat(TenureDecider.admit(machine.tenure, Optional.empty(), machine.now))
        .isEqualTo(heldOnDisk ? Verdict.LEASED : Verdict.ADMITTED);
  }
}
