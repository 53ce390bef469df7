package io.remuda.deploy.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.deploy.check.Observation.LeaseCalled;
import io.remuda.deploy.check.Observation.LeaseHeld;
import io.remuda.deploy.check.Observation.LeaseOver;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.ModelName;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class LeaseAnswersTest {

  private static final InstanceId ONE = new InstanceId(new ModelName("leased"), 1);
  private static final InstanceId TWO = new InstanceId(new ModelName("leased"), 2);
  private static final LeaseId HOLDER = new LeaseId("ls-1");
  private static final LeaseId OTHER = new LeaseId("ls-2");

  @Test
  void aLeaseThatMovesUnderAHigherTokenIsInOrder() {
    assertThat(
            sentences(
                held(1, HOLDER, 4, ONE),
                called(2, HOLDER, 4, ONE, true),
                held(5, HOLDER, 7, TWO),
                called(6, HOLDER, 7, TWO, true),
                called(7, HOLDER, 4, ONE, false)))
        .isEmpty();
  }

  @Test
  void aStaleCallIsFoundOnceAnotherHolderWasAnswered() {
    assertThat(
            sentences(
                called(2, HOLDER, 4, ONE, true),
                called(4, OTHER, 5, ONE, true),
                called(6, HOLDER, 4, ONE, true)))
        .singleElement()
        .asString()
        .contains("lease ls-1 under token 4 after it had answered lease ls-2 under token 5");
  }

  @Test
  void aTokenThatFallsIsFound() {
    assertThat(sentences(held(1, HOLDER, 4, ONE), held(2, HOLDER, 3, TWO)))
        .containsExactly("the token of lease ls-1 was 4 and is 3");
  }

  @Test
  void anInstanceThatTwoLeasesHaveUnderOneTokenIsFound() {
    assertThat(sentences(held(1, HOLDER, 4, ONE), held(2, OTHER, 4, ONE), held(3, OTHER, 4, ONE)))
        .contains("token 4 of leased-1 is that of lease ls-1 and of lease ls-2");
  }

  @Test
  void aCallIsFoundThatIsAnsweredAlthoughItsLeaseIsOverAndNobodyElseHasTheInstance() {
    assertThat(
            sentences(
                called(2, HOLDER, 4, ONE, true),
                new LeaseOver(Duration.ofSeconds(9), HOLDER),
                called(9, HOLDER, 4, ONE, false),
                called(12, HOLDER, 4, ONE, true)))
        .containsExactly("leased-1 answered under lease ls-1, which is over");
  }

  private static LeaseHeld held(int second, LeaseId lease, long token, InstanceId instance) {
    return new LeaseHeld(Duration.ofSeconds(second), lease, token, instance);
  }

  /** Begun at that second, and over half a second later. */
  private static LeaseCalled called(
      int second, LeaseId lease, long token, InstanceId instance, boolean answered) {
    Duration begin = Duration.ofSeconds(second);
    return new LeaseCalled(lease, token, instance, begin, begin.plusMillis(500), answered);
  }

  private static List<String> sentences(Observation... seen) {
    return Checker.check(new History(List.of(seen)), Limits.PROMISED).stream()
        .filter(violation -> violation.invariant() == Invariant.HOLDER_ALONE)
        .map(Violation::sentence)
        .toList();
  }
}
