package io.remuda.registry.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.ModelName;
import io.remuda.registry.model.CanaryPolicy.Scene;
import io.remuda.registry.model.CanaryPolicy.Step;
import io.remuda.registry.model.RolloutPolicy.Part;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Single steps of a canary, by what is there. */
class CanaryPolicyTest {

  private static final ModelName NAME = new ModelName("demo");

  @Test
  void withNothingLeftOfEitherTheOldOneIsPlacedFirst() {
    Scenery empty = new Scenery(1, 1);

    assertThat(CanaryPolicy.next(empty.scene())).isEqualTo(new Step(0, 1, Set.of()));
    assertThat(CanaryPolicy.next(empty.old(starting(1)).scene()))
        .isEqualTo(new Step(1, 0, Set.of()));
  }

  @Test
  void theNewOneDoesNotWaitForAnOldOneThatHasNoRoom() {
    Scenery empty = new Scenery(1, 1).roomForOld(false);

    assertThat(CanaryPolicy.next(empty.scene())).isEqualTo(new Step(1, 0, Set.of()));
  }

  @Test
  void theLastOldOneServesOnWhereItMayNotStayUntilAnotherOneIsReady() {
    Scenery drained = new Scenery(1, 1).next(ready(2)).leavingOld(ready(1));

    assertThat(CanaryPolicy.next(drained.scene())).isEqualTo(new Step(0, 1, Set.of()));
    assertThat(CanaryPolicy.next(drained.roomForOld(false).scene()))
        .isEqualTo(new Step(0, 0, Set.of()));
    assertThat(CanaryPolicy.next(drained.old(starting(3)).scene()))
        .isEqualTo(new Step(0, 0, Set.of()));
    assertThat(CanaryPolicy.next(drained.old(ready(3)).scene()))
        .isEqualTo(new Step(0, 0, Set.of(id(1))));
  }

  @Test
  void ofThoseThatMayNotStaySoManyGoAsTheOldOnesCanDoWithout() {
    Scenery drained =
        new Scenery(4, 1)
            .next(ready(5))
            .old(ready(1), ready(2))
            .leavingOld(ready(3), ready(4))
            .roomForOld(false);

    assertThat(CanaryPolicy.next(drained.scene()).stop()).containsExactly(id(4));
  }

  @Test
  void oneThatMayNotStayAndDoesNotServeGoesAtOnce() {
    Scenery drained = new Scenery(1, 1).next(ready(2)).leavingOld(starting(1));

    assertThat(CanaryPolicy.next(drained.scene())).isEqualTo(new Step(0, 1, Set.of(id(1))));
  }

  @Test
  void ofTooManyThoseGoThatNoLeaseHas() {
    Scenery many =
        new Scenery(4, 3)
            .next(ready(5), ready(6), ready(7))
            .old(ready(1), ready(2), ready(3), ready(4));

    assertThat(CanaryPolicy.next(many.scene()).stop()).containsExactlyInAnyOrder(id(3), id(4));
    assertThat(CanaryPolicy.next(many.leased(id(1), id(3), id(4)).scene()).stop())
        .containsExactly(id(2));
    assertThat(CanaryPolicy.next(many.leased(id(1), id(2), id(3), id(4)).scene()).stop()).isEmpty();
  }

  @Test
  void whatALeaseHasGivesItsPlaceToNobodyHoweverLongItIsWaitedFor() {
    Scenery cramped = new Scenery(2, 1).old(ready(1), ready(2)).room(false).roomForOld(false);

    assertThat(CanaryPolicy.next(cramped.scene()).stop()).containsExactly(id(2));
    assertThat(CanaryPolicy.next(cramped.leased(id(2)).scene()).stop()).containsExactly(id(1));
    assertThat(CanaryPolicy.next(cramped.leased(id(1), id(2)).scene()).stop()).isEmpty();
  }

  @Test
  void whatServedBeforeIsMissingBesideACanaryOnlyWhereItHasNoRoom() {
    Scenery lost = new Scenery(2, 1).next(ready(3)).roomForOld(false);

    assertThat(CanaryPolicy.lackingOld(lost.scene())).isEqualTo(1);
    assertThat(CanaryPolicy.lackingOld(lost.roomForOld(true).scene())).isZero();
    lost.roomForOld(false);
    assertThat(CanaryPolicy.lackingOld(lost.leavingOld(ready(1)).scene())).isZero();
    assertThat(CanaryPolicy.lackingOld(lost.old(ready(1)).scene())).isZero();
  }

  @Test
  void whatMayBeMissingForTheSurgeIsNoLack() {
    Scenery full = new Scenery(4, 1).next(ready(5)).old(ready(1), ready(2), ready(3));

    assertThat(CanaryPolicy.next(full.scene()).refill()).isEqualTo(1);
    assertThat(CanaryPolicy.lackingOld(full.roomForOld(false).scene())).isZero();
  }

  private static InstanceId id(long number) {
    return new InstanceId(NAME, number);
  }

  private static Part ready(long number) {
    return new Part(id(number), true, true, false, true);
  }

  private static Part starting(long number) {
    return new Part(id(number), false, true, false, true);
  }

  /** A scene with room, in which nobody waits for a busy one any more. */
  private static final class Scenery {
    private final int wanted;
    private final int share;
    private List<Part> next = List.of();
    private List<Part> old = List.of();
    private List<Part> leavingOld = List.of();
    private Set<InstanceId> leased = Set.of();
    private boolean room = true;
    private boolean roomForOld = true;

    private Scenery(int wanted, int share) {
      this.wanted = wanted;
      this.share = share;
    }

    private Scenery next(Part... parts) {
      next = List.of(parts);
      return this;
    }

    private Scenery old(Part... parts) {
      old = List.of(parts);
      return this;
    }

    private Scenery leavingOld(Part... parts) {
      leavingOld = List.of(parts);
      return this;
    }

    private Scenery leased(InstanceId... ids) {
      leased = Set.of(ids);
      return this;
    }

    private Scenery room(boolean to) {
      room = to;
      return this;
    }

    private Scenery roomForOld(boolean to) {
      roomForOld = to;
      return this;
    }

    private Scene scene() {
      return new Scene(
          wanted,
          share,
          1,
          true,
          next,
          old,
          leavingOld,
          List.of(),
          leased,
          false,
          room,
          roomForOld,
          false);
    }
  }
}
