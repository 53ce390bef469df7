package io.remuda.registry.model;

import static io.remuda.registry.model.Claimants.apply;
import static io.remuda.registry.model.Claimants.claim;
import static io.remuda.registry.model.Claimants.claims;
import static io.remuda.registry.model.Claimants.share;
import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.model.Phase;
import io.remuda.registry.model.Claims.Claim;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Which leases get shares of which instance, and how that goes with whole ones. */
class TenancySharesTest {

  private static final LeaseId A = new LeaseId("a");
  private static final LeaseId B = new LeaseId("b");

  @Test
  void sharesLiveOnOneInstanceUntilItsSlotsAreReserved() {
    World world = World.aReady();

    claims(world, share(A, 3));
    claims(world, share(B, 1));
    claims(world, share(new LeaseId("c"), 1));

    assertThat(world.state.tenancy().shared(world.only())).isEqualTo(4);
    assertThat(world.state.tenancy().of(B)).isPresent();
    assertThat(world.state.tenancy().of(new LeaseId("c"))).isEmpty();
    var reply = (ClaimReply.Queued) reply(world, new LeaseId("c")).orElseThrow();
    assertThat(reply.position()).isEqualTo(1);
  }

  @Test
  void anInstanceIsLeasedAsAWholeOrInSharesAndNeverBoth() {
    World shared = World.aReady();
    claims(shared, share(A, 1));
    claims(shared, claim(B));

    World whole = World.aReady();
    claims(whole, claim(A));
    claims(whole, share(B, 1));

    assertThat(shared.state.tenancy().of(B)).isEmpty();
    assertThat(whole.state.tenancy().of(B)).isEmpty();
  }

  @Test
  void aShareTakesTheInstanceWithTheMostSlotsThatNobodyHasAShareOf() {
    World world = aWorldOfTwo();
    InstanceId first = world.instances().get(0);

    claims(world, share(A, 1));
    claims(world, share(B, 1));

    assertThat(world.state.tenancy().of(A).orElseThrow().instance()).isEqualTo(first);
    assertThat(world.state.tenancy().of(B).orElseThrow().instance())
        .isEqualTo(world.instances().get(1));
  }

  @Test
  void noShareOvertakesOneWhoAskedBeforeAndWaits() {
    World world = World.aReady();
    claims(world, share(A, 1));
    claims(world, claim(B));

    claims(world, share(new LeaseId("c"), 1));

    assertThat(world.state.tenancy().of(new LeaseId("c"))).isEmpty();
    apply(world, TenancyDecider.unclaim(world.sight(), A, 50));
    released(world, 50, 50, Optional.empty());
    assertThat(world.state.tenancy().of(B)).as("the next in line").isPresent();
  }

  /**
   * Else each of the two would wait for the other: the share's turn comes after the whole one's.
   */
  @Test
  void aShareThatIsToBeGrantedAnewLetsOneWhoAskedBeforeHaveTheInstance() {
    World world = World.aReady();
    claims(world, share(A, 1));
    long number = world.state.tenancy().of(A).orElseThrow().number();
    claims(world, claim(B, 0, Optional.empty(), Optional.empty(), Instant.EPOCH.minusSeconds(1)));
    assertThat(world.state.tenancy().of(B)).isEmpty();

    claims(
        world,
        new Claim(
            A,
            number,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Instant.EPOCH,
            Instant.EPOCH,
            1));

    assertThat(world.state.tenancy().of(A)).as("its grant is of no use to it").isEmpty();
    assertThat(world.state.tenancy().of(B)).isPresent();
  }

  @Test
  void aShareOfMoreSlotsThanAnyInstanceHasIsRefusedWithTheirNumber() {
    World world = World.aReady();

    Refused refused = TenancyDecider.objection(world.sight(), A, 5).orElseThrow();

    assertThat(refused.code()).isEqualTo(ErrorCode.INVALID_REQUEST);
    assertThat(refused.message()).contains("5 slots").contains("which is 4");
    assertThat(TenancyDecider.objection(world.sight(), A, 4)).isEmpty();
  }

  @Test
  void sharesBringNoMoreInstancesThanHoldThem() {
    World world = World.aReady();
    for (int i = 0; i < 4; i++) {
      claims(world, share(new LeaseId("s" + i), 1));
    }
    assertThat(TenancyDecider.wanted(world.sight())).isEqualTo(1);

    claims(world, share(A, 2));
    claims(world, share(B, 2));

    assertThat(TenancyDecider.wanted(world.sight())).isEqualTo(2);
    assertThat(TenancyDecider.isShort(world.sight())).isTrue();
  }

  private static World aWorldOfTwo() {
    World world = World.aDescribed(2);
    world.look();
    world.runsAll("m1", Phase.READY);
    world.look();
    return world;
  }

  private static Plan released(World world, long number, long highest, Optional<Refused> refused) {
    return Claimants.released(world, world.only(), A, number, highest, refused);
  }

  private static Optional<ClaimReply> reply(World world, LeaseId lease) {
    return TenancyOutlook.reply(world.sight(), lease, TenancyOutlook.Waiting.of(world.sight()));
  }
}
