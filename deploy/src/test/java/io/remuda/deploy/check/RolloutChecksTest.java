package io.remuda.deploy.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.deploy.check.Observation.RecipeDeclared;
import io.remuda.deploy.check.Observation.StartSent;
import io.remuda.deploy.check.Observation.Superseded;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.ModelName;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the checker says of rollouts: one history that is well and one that is not, of each. */
class RolloutChecksTest {

  private static final ModelName NAME = new ModelName("chat");

  @Test
  void fewerThanAreWantedMayServeOnlyIfFewerDid() {
    assertThat(broken(superseded(2, 3, 2), superseded(2, 1, 1))).isEmpty();
    assertThat(broken(superseded(2, 2, 1))).containsExactly(Invariant.KEEPS_SERVING);
  }

  @Test
  void anInstanceIsStartedFromItsOwnRecipe() {
    Observation first = new RecipeDeclared(at(1), NAME, 1, "small");
    Observation second = new RecipeDeclared(at(2), NAME, 7, "large");

    assertThat(broken(first, second, started(1, "small"), started(7, "large"))).isEmpty();
    assertThat(broken(first, second, started(1, "large"))).containsExactly(Invariant.OWN_RECIPE);
  }

  private static Observation superseded(int wished, int before, int after) {
    return new Superseded(at(3), NAME, wished, before, after);
  }

  private static Observation started(long revision, String recipe) {
    return new StartSent(at(3), new InstanceId(NAME, revision + 1), revision, recipe);
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
