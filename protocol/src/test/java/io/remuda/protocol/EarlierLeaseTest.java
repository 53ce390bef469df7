package io.remuda.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.LeaseProtocol.Wish;
import io.remuda.protocol.cluster.SystemConfig;
import io.remuda.protocol.config.StrictConfig;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.JournalId;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.model.InstanceReport;
import io.remuda.protocol.model.LeaseToken;
import io.remuda.protocol.model.LeaseView;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Resources;
import io.remuda.protocol.testing.OtherVersion;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Leases between nodes of two versions: what one leaves out, and what one tells beyond. */
class EarlierLeaseTest {

  private static final ActorTestKit KIT =
      ActorTestKit.create(
          "earlier-lease",
          SystemConfig.local(
              StrictConfig.load(
                  Optional.empty(),
                  ConfigFactory.parseString("akka.actor.testkit.typed.timefactor = 5"))));
  private static final OtherVersion OTHER = new OtherVersion(KIT.system());
  private static final LeaseId LEASE = new LeaseId("ls-1");
  private static final InstanceId ID = InstanceId.of("chat-7");
  private static final Duration TTL = Duration.ofMinutes(1);
  private static final String LATER = "toldByLaterVersions";

  @AfterAll
  static void end() {
    KIT.shutdownTestKit();
  }

  @Test
  void aWishWithoutSlotsIsOfWholeInstancesOrOfOneSlotOfEach() throws IOException {
    Wish whole = wish(true, 0);
    Wish share = wish(false, 3);

    assertThat(OTHER.without(whole, "slots", "session", "own")).isEqualTo(whole);
    assertThat(OTHER.without(share, "slots")).isEqualTo(wish(false, 1));
  }

  @Test
  void whoLooksAndDoesNotSayForHowLongIsAnsweredAtOnce() throws IOException {
    LeaseProtocol.Get get =
        new LeaseProtocol.Get(LEASE, KIT.<LeaseProtocol.Reply>createTestProbe().getRef());
    LeaseProtocol.Renew renew =
        new LeaseProtocol.Renew(
            LEASE, Optional.empty(), KIT.<LeaseProtocol.Reply>createTestProbe().getRef());

    assertThat(OTHER.without(get, "within")).isEqualTo(get);
    assertThat(OTHER.without(renew, "ttl")).isEqualTo(renew);
  }

  @Test
  void aMachineThatIsToldNoSlotsHoldsTheWholeInstance() throws IOException {
    NodeProtocol.HoldInstance hold =
        new NodeProtocol.HoldInstance(
            ID,
            new JournalId("00000000-0000-0000-0000-000000000001"),
            new LeaseToken(LEASE, 7),
            TTL,
            KIT.<NodeProtocol.HoldReply>createTestProbe().getRef());
    NodeProtocol.HoldReply held =
        new NodeProtocol.HoldReply(
            ID, new LeaseToken(LEASE, 7), new MachineId("m1"), 7, Optional.empty());

    assertThat(OTHER.without(hold, "slots")).isEqualTo(hold);
    assertThat(OTHER.without(held, "refused")).isEqualTo(held);
  }

  @Test
  void aLeaseThatIsShownWithoutSlotsIsOfWholeInstances() throws IOException {
    LeaseView view =
        new LeaseView(
            LEASE,
            "me",
            LeaseView.State.PENDING,
            List.of(new LeaseView.Part(ID.model(), Optional.empty())),
            true,
            Optional.empty(),
            TTL,
            OptionalLong.empty(),
            OptionalInt.empty(),
            Optional.empty(),
            Instant.EPOCH,
            Optional.empty(),
            Optional.of("it waits"),
            0,
            Optional.empty());

    LeaseView read =
        OTHER.without(view, "slots", "session", "token", "position", "estimate", "expiresAt");

    assertThat(read).isEqualTo(view);
    assertThat(OTHER.withoutInEach(LeaseProtocol.Reply.of(view), "slots"))
        .isEqualTo(LeaseProtocol.Reply.of(view));
  }

  @Test
  void aMachineThatDoesNotTellOfLeasesKeepsItsInstancesForNobody() throws IOException {
    InstanceReport report =
        new InstanceReport(
            ID,
            7,
            3,
            Phase.READY,
            InstanceReport.Origin.ASSIGNED,
            "llama-server",
            OptionalLong.of(4711),
            OptionalInt.of(35_000),
            4,
            1,
            0,
            0,
            Optional.empty(),
            OptionalDouble.empty(),
            Resources.NONE,
            Optional.empty(),
            0,
            Optional.empty(),
            Optional.empty(),
            Optional.empty());

    assertThat(OTHER.without(report, "lease")).isEqualTo(report);
  }

  @Test
  void whatALaterVersionTellsBeyondIsPassedOver() throws IOException {
    Wish wish = wish(false, 3);
    LeaseProtocol.Release release =
        new LeaseProtocol.Release(
            LEASE, "done", KIT.<LeaseProtocol.Reply>createTestProbe().getRef());
    NodeProtocol.ReleaseInstance letGo =
        new NodeProtocol.ReleaseInstance(
            ID,
            new JournalId("00000000-0000-0000-0000-000000000001"),
            new LeaseToken(LEASE, 7),
            KIT.<NodeProtocol.HoldReply>createTestProbe().getRef());

    assertThat(OTHER.with(wish, LATER, 7)).isEqualTo(wish);
    assertThat(OTHER.with(release, LATER, 7)).isEqualTo(release);
    assertThat(OTHER.with(letGo, LATER, 7)).isEqualTo(letGo);
  }

  @Test
  void anOwnerThatSaysNothingOfSpareInstancesHasNone() throws IOException {
    Listing none =
        new Listing(
            ID.model(),
            4,
            0,
            1,
            DeploymentPhase.READY,
            "llama-server",
            Optional.empty(),
            1,
            1,
            Optional.empty(),
            OptionalInt.empty(),
            Optional.empty(),
            Instant.EPOCH,
            false);
    Listing spare = OTHER.with(none, "spare", 2);

    assertThat(spare.spare()).isEqualTo(2);
    assertThat(OTHER.without(spare, "spare")).isEqualTo(none);
  }

  private static Wish wish(boolean exclusive, int slots) {
    return new Wish(
        "me",
        Set.of(new ModelName("chat")),
        exclusive,
        Optional.empty(),
        TTL,
        TTL,
        Optional.empty(),
        slots);
  }
}
