package io.remuda.deploy.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.deploy.check.LeaseSeen.CallBegun;
import io.remuda.deploy.check.LeaseSeen.CallOver;
import io.remuda.deploy.check.LeaseSeen.Held;
import io.remuda.deploy.check.LeaseSeen.LeaseReady;
import io.remuda.deploy.check.LeaseSeen.LeaseSample;
import io.remuda.deploy.check.LeaseSeen.Leased;
import io.remuda.deploy.check.LeaseSeen.Returned;
import io.remuda.deploy.check.LeaseSeen.Told;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.LeaseToken;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the checker says of leases: histories that are well and some that are not, of each. */
class LeaseChecksTest {

  private static final ModelName NAME = new ModelName("leased");
  private static final InstanceId ONE = new InstanceId(NAME, 1);
  private static final InstanceId TWO = new InstanceId(NAME, 2);
  private static final LeaseToken FIRST = new LeaseToken(new LeaseId("ls-a"), 3);
  private static final LeaseToken SECOND = new LeaseToken(new LeaseId("ls-b"), 5);

  private static final Map<Invariant, List<Observation>> PLANTED =
      Map.of(
          Invariant.ONE_HOLDER,
          List.of(call(1, Optional.empty()), held(FIRST), call(2, shown(FIRST))),
          Invariant.TOKEN_RISES,
          List.of(held(FIRST), told(1, 4, true), call(1, shown(FIRST))),
          Invariant.ONE_INSTANCE_PER_LEASE,
          List.of(ready(FIRST, ONE)),
          Invariant.LEASES_SETTLE,
          List.of(sample(false, Optional.empty(), 0, List.of())));

  /** What shows that an invariant of leases does not hold, and nothing else. */
  static List<Observation> planted(Invariant broken) {
    return Optional.ofNullable(PLANTED.get(broken)).orElseThrow();
  }

  @Test
  void callsOfOneLeaseOrOfEverybodyGoTogether() {
    assertThat(broken(call(1, Optional.empty()), call(2, Optional.empty()))).isEmpty();
    assertThat(broken(held(FIRST), call(1, shown(FIRST)), call(2, shown(FIRST)))).isEmpty();
    assertThat(
            broken(
                held(FIRST), call(1, shown(FIRST)), over(1), held(SECOND), call(2, shown(SECOND))))
        .isEmpty();
    assertThat(broken(held(FIRST), call(1, shown(FIRST)), held(SECOND), call(2, shown(SECOND))))
        .containsExactly(Invariant.ONE_HOLDER);
    assertThat(broken(held(FIRST), call(1, shown(FIRST)), call(2, Optional.empty())))
        .containsExactly(Invariant.ONE_HOLDER);
  }

  @Test
  void whatIsUnderWayWhenALeasesTimeIsOverMayEndBesideEverybodys() {
    Observation early = new Held(at(1), ONE, FIRST, at(2));

    assertThat(broken(early, call(1, shown(FIRST)), call(2, Optional.empty()))).isEmpty();
  }

  @Test
  void whatAJvmDidNotWriteItsNextOneNeedNotKnow() {
    assertThat(broken(held(FIRST), told(1, 4, false), call(1, shown(FIRST))))
        .containsExactly(Invariant.TOKEN_RISES);
    assertThat(
            broken(held(FIRST), told(1, 4, false), new CallBegun(at(3), 1, ONE, 2, shown(FIRST))))
        .isEmpty();
    assertThat(broken(held(FIRST), told(1, 4, true), new CallBegun(at(3), 1, ONE, 2, shown(FIRST))))
        .containsExactly(Invariant.TOKEN_RISES);
  }

  @Test
  void aTokenThatHoldsNothingIsNotAnswered() {
    assertThat(broken(held(FIRST), call(1, shown(SECOND)))).containsExactly(Invariant.TOKEN_RISES);
  }

  @Test
  void anInstanceHasOneLeaseAndALeaseOneInstance() {
    assertThat(
            broken(
                leased(ONE, FIRST), new Returned(at(2), ONE, FIRST.lease()), leased(ONE, SECOND)))
        .isEmpty();
    assertThat(broken(leased(ONE, FIRST), leased(ONE, SECOND)))
        .containsExactly(Invariant.ONE_HOLDER);
    assertThat(broken(leased(ONE, FIRST), leased(TWO, new LeaseToken(FIRST.lease(), 9))))
        .containsExactly(Invariant.ONE_INSTANCE_PER_LEASE);
    assertThat(broken(leased(ONE, SECOND), leased(TWO, FIRST)))
        .containsExactly(Invariant.TOKEN_RISES);
  }

  @Test
  void readyRestsOnInstancesThatObey() {
    assertThat(broken(held(FIRST), ready(FIRST, ONE))).isEmpty();
    assertThat(broken(held(FIRST), ready(FIRST, TWO)))
        .containsExactly(Invariant.ONE_INSTANCE_PER_LEASE);
  }

  @Test
  void aLeaseAtRestIsReadyOrWaitsOrIsOverForGood() {
    assertThat(broken(sample(true, Optional.empty(), 0, List.of()))).isEmpty();
    assertThat(broken(sample(false, Optional.of("no room"), 0, List.of()))).isEmpty();
    assertThat(broken(sample(false, Optional.empty(), 20, List.of("an instance")))).isEmpty();
    assertThat(broken(sample(false, Optional.empty(), 31, List.of()))).isEmpty();
    assertThat(broken(sample(false, Optional.empty(), 31, List.of("an instance"))))
        .containsExactly(Invariant.LEASES_SETTLE);
  }

  private static Optional<LeaseToken> shown(LeaseToken token) {
    return Optional.of(token);
  }

  private static Observation call(long number, Optional<LeaseToken> token) {
    return new CallBegun(at(3), number, ONE, 1, token);
  }

  private static Observation over(long number) {
    return new CallOver(at(3), number, ONE);
  }

  private static Observation held(LeaseToken token) {
    return new Held(at(1), ONE, token, at(60));
  }

  private static Observation told(long life, long least, boolean kept) {
    return new Told(at(2), ONE, life, least, kept);
  }

  private static Observation leased(InstanceId instance, LeaseToken token) {
    return new Leased(at(2), instance, token.lease(), token.number());
  }

  private static Observation ready(LeaseToken token, InstanceId instance) {
    return new LeaseReady(at(3), token, Set.of(NAME), Map.of(NAME, instance));
  }

  private static Observation sample(
      boolean ready, Optional<String> waits, int over, List<String> left) {
    return new LeaseSample(
        at(40),
        FIRST.lease(),
        ready,
        waits,
        over == 0 ? Optional.empty() : Optional.of(at(over)),
        List.of(),
        left);
  }

  private static List<Invariant> broken(Observation... seen) {
    Live live = new Live();
    return Stream.of(seen)
        .flatMap(each -> live.see(each).stream())
        .map(Violation::invariant)
        .toList();
  }

  private static Duration at(int seconds) {
    return Duration.ofSeconds(seconds);
  }
}
