package io.remuda.deploy.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.deploy.check.MoveSeen.EngineGone;
import io.remuda.deploy.check.MoveSeen.EngineUp;
import io.remuda.deploy.check.MoveSeen.GaveWay;
import io.remuda.deploy.check.MoveSeen.Left;
import io.remuda.deploy.check.MoveSeen.LoadSteady;
import io.remuda.deploy.check.MoveSeen.Placed;
import io.remuda.deploy.check.MoveSeen.Redeclared;
import io.remuda.deploy.check.MoveSeen.Scaled;
import io.remuda.deploy.check.Observation.MachineSize;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.Resources;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the checker says of scaling and of places that are given away. */
class MoveChecksTest {

  private static final ModelName NAME = new ModelName("moving");
  private static final ModelName OTHER = new ModelName("other");
  private static final InstanceId ONE = new InstanceId(NAME, 1);
  private static final InstanceId TWO = new InstanceId(NAME, 2);
  private static final MachineId MACHINE = new MachineId("small");
  private static final Observation SIZE = new MachineSize(at(0), MACHINE, 1_000, 8, Map.of());

  private static final Map<Invariant, List<Observation>> PLANTED =
      Map.of(
          Invariant.NO_FLAPPING,
          List.of(new LoadSteady(at(1)), scaled(1, 2), scaled(2, 1), scaled(1, 2), scaled(2, 1)),
          Invariant.WOKEN_ONCE,
          List.of(scaled(0, 2)),
          Invariant.PINNED_STAYS,
          List.of(new GaveWay(at(2), ONE, NAME, true)),
          Invariant.NO_START_BEFORE_BACK,
          List.of(SIZE, up(ONE), up(TWO)));

  /** What shows that an invariant of moves does not hold, and nothing else. */
  static List<Observation> planted(Invariant broken) {
    return Optional.ofNullable(PLANTED.get(broken)).orElseThrow();
  }

  @Test
  void twoChangesOfDirectionAreNoFlapping() {
    Observation steady = new LoadSteady(at(1));

    assertThat(broken(steady, scaled(1, 2), scaled(2, 1), scaled(1, 2))).isEmpty();
    assertThat(broken(scaled(1, 2), scaled(2, 1), scaled(1, 2), scaled(2, 1), steady)).isEmpty();
  }

  /** Somebody else's wish takes its place away; that it wants it back is nothing new. */
  @Test
  void toGiveWayAndToComeBackIsNoFlapping() {
    Observation steady = new LoadSteady(at(1));
    Observation first = new GaveWay(at(3), ONE, OTHER, false);
    Observation second = new GaveWay(at(5), TWO, OTHER, false);

    assertThat(
            broken(
                steady,
                scaled(2, 1, 2),
                first,
                scaled(3, 2, 1),
                scaled(4, 1, 2),
                second,
                scaled(5, 2, 1),
                scaled(6, 1, 2)))
        .isEmpty();
    assertThat(
            broken(
                steady,
                first,
                scaled(3, 2, 1),
                scaled(4, 1, 2),
                scaled(5, 2, 1),
                scaled(6, 1, 2),
                scaled(7, 2, 1)))
        .containsExactly(Invariant.NO_FLAPPING);
  }

  @Test
  void aModelIsWokenWithItsFirstInstancesAndNoMore() {
    Observation woken = scaled(0, 1);
    Observation one = new Placed(at(3), ONE);
    Observation two = new Placed(at(3), TWO);

    assertThat(broken(woken, one)).isEmpty();
    assertThat(broken(woken, one, new Left(at(3), ONE), two)).isEmpty();
    assertThat(broken(woken, one, scaled(1, 2), two)).isEmpty();
    assertThat(broken(woken, one, new Redeclared(at(3), NAME), two)).isEmpty();
    assertThat(broken(woken, one, two)).containsExactly(Invariant.WOKEN_ONCE);
  }

  @Test
  void whatIsNotPinnedMayGiveWay() {
    assertThat(broken(new GaveWay(at(2), ONE, NAME, false))).isEmpty();
  }

  @Test
  void anEngineStartsWhenTheLastOnesMemoryIsBack() {
    assertThat(broken(SIZE, up(ONE), new EngineGone(at(3), MACHINE, ONE), up(TWO))).isEmpty();
  }

  private static Observation scaled(int from, int to) {
    return scaled(2, from, to);
  }

  private static Observation scaled(int at, int from, int to) {
    return new Scaled(at(at), NAME, from, to, 1);
  }

  private static Observation up(InstanceId instance) {
    return new EngineUp(at(2), MACHINE, instance, new Resources(0, 600, 1, 0), Map.of());
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
