package io.remuda.protocol.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.cluster.FormPolicy.Decision.FormAlone;
import io.remuda.protocol.cluster.FormPolicy.Decision.JoinMembers;
import io.remuda.protocol.cluster.FormPolicy.Decision.KeepLooking;
import io.remuda.protocol.cluster.FormPolicy.Sighting;
import io.remuda.protocol.config.HostPort;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class FormPolicyTest {

  private static final HostPort A = new HostPort("10.0.0.1", 1);
  private static final HostPort B = new HostPort("10.0.0.2", 1);
  private static final HostPort C = new HostPort("10.0.0.3", 1);

  @Test
  void joinsWhatIsThereWhateverElseHolds() {
    Sighting inCluster = new Sighting(C, C, "remuda", Set.of("akka://remuda@10.0.0.3:2"));

    assertThat(registry(A, true).decide(List.of(inCluster, empty(A)), false))
        .isEqualTo(new JoinMembers(inCluster.members()));
    assertThat(new FormPolicy("remuda", A, 3, false, false).decide(List.of(inCluster), false))
        .isEqualTo(new JoinMembers(inCluster.members()));
  }

  @Test
  void theLowestOfAMajorityFormsOne() {
    assertThat(registry(A, false).decide(List.of(empty(A), empty(B)), true))
        .isEqualTo(new FormAlone());
    assertThat(registry(B, false).decide(List.of(empty(A), empty(B)), true))
        .isInstanceOf(KeepLooking.class);
    assertThat(registry(B, false).decide(List.of(empty(B), empty(C)), true))
        .isEqualTo(new FormAlone());
  }

  @Test
  void aMinorityFormsNothing() {
    assertThat(registry(A, false).decide(List.of(empty(A)), true))
        .isEqualTo(new KeepLooking("reached 1 of 3 registry nodes, needs 2"));
    assertThat(registry(A, false).decide(List.of(empty(A), empty(B)), false))
        .as("a list that is still changing")
        .isInstanceOf(KeepLooking.class);
  }

  @Test
  void oneNodeUnderTwoNamesIsOne() {
    Sighting again = new Sighting(new HostPort("reg-a", 1), A, "remuda", Set.of());

    assertThat(registry(A, false).decide(List.of(empty(A), again), true))
        .isEqualTo(new KeepLooking("reached 1 of 3 registry nodes, needs 2"));
  }

  @Test
  void withFormAFirstNodeStartsAlone() {
    assertThat(registry(A, true).decide(List.of(empty(A)), true)).isEqualTo(new FormAlone());
    assertThat(registry(A, true).decide(List.of(empty(A)), false)).isInstanceOf(KeepLooking.class);
  }

  @Test
  void modelAndGatewayNodesNeverForm() {
    assertThat(
            new FormPolicy("remuda", A, 1, false, true)
                .decide(List.of(empty(A), empty(B), empty(C)), true))
        .isInstanceOf(KeepLooking.class);
  }

  @Test
  void aForeignClusterCountsForNothing() {
    Sighting foreign = new Sighting(B, B, "other", Set.of("akka://other@10.0.0.2:2"));

    assertThat(registry(A, false).decide(List.of(empty(A), foreign), true))
        .isInstanceOf(KeepLooking.class);
  }

  @Property(tries = 200)
  void aRebuildNeverWaitsLongerThanItsBound(
      @ForAll @IntRange(min = 0, max = 1000) int attempt, @ForAll long seed) {
    RebuildPolicy policy = new RebuildPolicy(Duration.ofMillis(500), Duration.ofSeconds(10));

    Duration wait = policy.delay(attempt, new Random(seed));

    assertThat(wait).isBetween(Duration.ZERO, Duration.ofSeconds(10));
    assertThat(policy.delay(0, new Random(seed))).isLessThanOrEqualTo(Duration.ofMillis(500));
  }

  @Test
  void aLongLifeEndsTheRowOfAttempts() {
    RebuildPolicy policy = new RebuildPolicy(Duration.ofMillis(500), Duration.ofSeconds(10));

    assertThat(policy.attemptAfter(7, Duration.ofSeconds(5))).isEqualTo(7);
    assertThat(policy.attemptAfter(7, Duration.ofMinutes(5))).isZero();
  }

  private static FormPolicy registry(HostPort self, boolean form) {
    return new FormPolicy("remuda", self, 3, true, form);
  }

  private static Sighting empty(HostPort contact) {
    return new Sighting(contact, contact, "remuda", Set.of());
  }
}
