package io.remuda.node.instance;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.node.instance.Tenure.Mode;
import io.remuda.node.instance.TenureDecider.Step;
import io.remuda.node.instance.TenureDecider.Verdict;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.model.LeaseToken;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Which leases have shares of an instance of four slots, and whose calls pass. */
class SharesDeciderTest {

  private static final InstanceId ID = InstanceId.of("chat-1");
  private static final Duration TTL = Duration.ofSeconds(60);

  private Shares shares = Shares.NONE;
  private Tenure tenure = Tenure.NEVER;

  private static LeaseToken token(String lease, long number) {
    return new LeaseToken(new LeaseId(lease), number);
  }

  private Optional<ErrorCode> hold(LeaseToken grant, int slots) {
    SharesDecider.Decision decision =
        SharesDecider.hold(ID, shares, tenure, grant, slots, 4, TTL, 0);
    shares = decision.shares();
    if (decision.step() == Step.CLEAR) {
      shares = SharesDecider.cleared(shares, grant, TTL, 0);
    }
    return decision.refused().map(Refused::code);
  }

  private Optional<Verdict> admit(LeaseToken token) {
    return SharesDecider.admit(shares, token, 0);
  }

  @Test
  void severalLeasesHaveSharesUntilTheSlotsAreReserved() {
    assertThat(hold(token("a", 5), 3)).isEmpty();
    assertThat(hold(token("b", 4), 1)).as("a lower number of another lease").isEmpty();
    assertThat(hold(token("c", 6), 1)).hasValue(ErrorCode.BUSY);

    assertThat(admit(token("a", 5))).hasValue(Verdict.ADMITTED);
    assertThat(admit(token("b", 4))).hasValue(Verdict.ADMITTED);
    assertThat(admit(token("c", 6))).isEmpty();
  }

  @Test
  void ofOneLeaseNumbersRise() {
    hold(token("a", 5), 2);

    assertThat(hold(token("a", 4), 2)).hasValue(ErrorCode.STALE_LEASE);
    assertThat(hold(token("a", 7), 2)).isEmpty();

    assertThat(admit(token("a", 5))).hasValue(Verdict.STALE);
    assertThat(admit(token("a", 7))).hasValue(Verdict.ADMITTED);
    assertThat(shares.slots()).isEqualTo(2);
  }

  @Test
  void whatWasLetGoOfNeverComesBack() {
    hold(token("a", 5), 2);
    shares = SharesDecider.release(shares, token("a", 5));

    assertThat(hold(token("a", 5), 2)).hasValue(ErrorCode.STALE_LEASE);
    assertThat(hold(token("b", 3), 2)).hasValue(ErrorCode.STALE_LEASE);
    assertThat(hold(token("b", 6), 2)).isEmpty();
  }

  @Test
  void aLateReleaseOfAnEarlierGrantChangesNothing() {
    hold(token("a", 5), 2);

    assertThat(SharesDecider.release(shares, token("a", 4))).isEqualTo(shares);
  }

  @Test
  void whatIsNotRenewedIsOverByTheMachinesOwnClock() {
    hold(token("a", 5), 2);

    assertThat(SharesDecider.admit(shares, token("a", 5), TTL.toNanos())).hasValue(Verdict.ENDED);
    assertThat(SharesDecider.expire(shares, TTL.toNanos() - 1).all()).hasSize(1);
    assertThat(SharesDecider.expire(shares, TTL.toNanos())).isEqualTo(new Shares(Map.of(), 5));
  }

  @Test
  void anInstanceIsLeasedAsAWholeOrInSharesAndNeverBoth() {
    tenure = new Tenure(Mode.HELD, Optional.of(token("w", 3)), TTL.toNanos());
    assertThat(hold(token("a", 5), 1)).hasValue(ErrorCode.BUSY);

    tenure = Tenure.NEVER;
    hold(token("a", 5), 1);
    assertThat(SharesDecider.objection(ID, shares, token("w", 6)).map(Refused::code))
        .hasValue(ErrorCode.BUSY);
    assertThat(SharesDecider.objection(ID, shares, token("w", 4)).map(Refused::code))
        .hasValue(ErrorCode.STALE_LEASE);
    assertThat(SharesDecider.objection(ID, Shares.NONE, token("w", 1))).isEmpty();
  }

  @Test
  void whatAFormerJvmLeftIsReservedAndClosedToItsHolderUntilItIsTold() {
    shares =
        SharesDecider.kept(
            new KeptShares(List.of(new KeptShares.Kept(token("a", 5), 2, 60_000)), 3), 0);

    assertThat(shares.slots()).isEqualTo(2);
    assertThat(admit(token("a", 5))).hasValue(Verdict.NOT_YET);
    assertThat(hold(token("b", 3), 1)).hasValue(ErrorCode.STALE_LEASE);
    assertThat(hold(token("a", 5), 2)).isEmpty();
    assertThat(admit(token("a", 5))).hasValue(Verdict.ADMITTED);
  }

  @Property(tries = 100)
  void neverMoreSlotsAreReservedThanThereAre(@ForAll long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < 200; i++) {
      LeaseToken token = token("l" + random.nextInt(5), 1 + random.nextInt(40));
      long highest = shares.highest();
      if (random.nextInt(3) == 0) {
        shares = SharesDecider.release(shares, token);
      } else {
        hold(token, 1 + random.nextInt(4));
      }
      assertThat(shares.slots()).isLessThanOrEqualTo(4);
      assertThat(shares.highest()).isGreaterThanOrEqualTo(highest);
    }
  }
}
