package io.remuda.registry.model;

import static io.remuda.registry.model.Claimants.claim;
import static io.remuda.registry.model.Claimants.claims;
import static io.remuda.registry.model.Claimants.share;
import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.model.Phase;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** How long leases are told that they wait, one behind the other; an instance has 4 slots. */
class WaitPolicyTest {

  private static final LeaseId A = new LeaseId("a");
  private static final LeaseId B = new LeaseId("b");
  private static final LeaseId C = new LeaseId("c");
  private static final LeaseId D = new LeaseId("d");
  private static final Duration TAKES = Duration.ofSeconds(8);

  @Test
  void ofWholeInstancesEachWaitsForAnotherOneThatIsOnItsWay() {
    World world = oneLeased();
    claims(world, claim(B));
    world.look();
    world.later(Duration.ofSeconds(2));
    claims(world, claim(C));
    world.look();
    world.later(Duration.ofSeconds(1));

    claims(world, claim(D));

    assertThat(estimate(world, B)).hasValue(Duration.ofSeconds(5));
    assertThat(estimate(world, C)).hasValue(Duration.ofSeconds(7));
    assertThat(estimate(world, D)).as("none is on its way for it").isEmpty();
  }

  @Test
  void sharesThatOneInstanceHoldsWaitForThatOne() {
    World world = oneLeased();
    claims(world, share(B, 2));
    claims(world, share(C, 2));
    world.look();
    world.later(Duration.ofSeconds(3));

    claims(world, share(D, 1));

    assertThat(estimate(world, B)).hasValue(Duration.ofSeconds(5));
    assertThat(estimate(world, C)).as("beside the one before").hasValue(Duration.ofSeconds(5));
    assertThat(estimate(world, D)).as("its slots are taken by then").isEmpty();
  }

  @Test
  void aShareWithRoomBehindAWholeOneWaitsForAsLongAsThat() {
    World world = readyOne();
    claims(world, share(A, 2));
    claims(world, claim(B));
    world.look();
    world.later(Duration.ofSeconds(3));

    claims(world, share(C, 1));

    assertThat(world.state.tenancy().of(C)).as("it does not overtake").isEmpty();
    assertThat(estimate(world, C)).hasValue(Duration.ofSeconds(5));
  }

  @Test
  void whatTakesLongerThanTheOthersIsDueAtAnyMoment() {
    World world = oneLeased();
    claims(world, claim(B));
    world.look();

    world.later(TAKES.multipliedBy(2));

    assertThat(estimate(world, B)).hasValue(Duration.ZERO);
  }

  /** The only instance took so long to be ready. */
  private static World readyOne() {
    World world = World.aDescribed(1);
    world.look();
    world.later(TAKES).runsAll("m1", Phase.READY);
    world.look();
    return world;
  }

  private static World oneLeased() {
    World world = readyOne();
    claims(world, claim(A));
    return world;
  }

  private static Optional<Duration> estimate(World world, LeaseId lease) {
    return TenancyOutlook.reply(world.sight(), lease, TenancyOutlook.Waiting.of(world.sight()))
        .map(ClaimReply.Queued.class::cast)
        .flatMap(ClaimReply.Queued::estimate);
  }
}
