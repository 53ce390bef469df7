package io.remuda.registry.model;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.FishingOutcomes;
import akka.actor.testkit.typed.javadsl.TestProbe;
import io.remuda.protocol.NodeProtocol;
import io.remuda.protocol.NodeProtocol.ReleaseInstance;
import io.remuda.protocol.NodeProtocol.StartInstance;
import io.remuda.protocol.RegistryProtocol;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.InstanceReport;
import io.remuda.protocol.model.InstanceView;
import io.remuda.protocol.model.Keep;
import io.remuda.protocol.model.LeaseToken;
import io.remuda.protocol.model.Phase;
import io.remuda.registry.RegistrySettings;
import io.remuda.registry.model.ClaimReply.Granted;
import io.remuda.registry.model.RegistryMessage.GiveWay;
import io.remuda.registry.model.RegistryMessage.GiveWayReply;
import io.remuda.registry.model.RegistryMessage.Look;
import io.remuda.registry.testing.Reports;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** What becomes of instances at the owner of a name when their leases are over, or are silent. */
class AfterLeaseActorTest extends TenancyStage {

  private static final ActorTestKit KIT = ActorTestKit.create("after-lease-actor", CONFIG);
  private static final LeaseLimits LIMITS = RegistrySettings.from(CONFIG).reconcile().lease();
  private static final Duration MOMENT = Duration.ofMillis(1);
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final LeaseId C = new LeaseId("c");
  private static final ModelName CHAT = new ModelName("chat");

  private final TestProbe<ClaimReply> three = KIT.createTestProbe(ClaimReply.class);

  AfterLeaseActorTest() {
    super(KIT);
  }

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  @Test
  void whatALeaseBroughtStaysReadyForTheNextOneWhichStartsNothing() {
    InstanceId brought = aSecondOneIsBrought();
    ends(B, two);

    passes(LIMITS.linger().minus(MOMENT), brought);
    assertThat(isStopping(brought)).isFalse();
    actor.runCommand(claim(C, three));

    assertThat(fish(three, Granted.class).instance()).isEqualTo(brought);
    assertThat(actor.getState().instances()).hasSize(2);
    ends(C, three);
    passes(LIMITS.linger().minus(MOMENT), brought);
    assertThat(isStopping(brought)).as("its time began anew").isFalse();
  }

  @Test
  void whenItsTimeIsOverItIsStoppedAndTheLeasedOneStays() {
    InstanceId brought = aSecondOneIsBrought();
    ends(B, two);

    passes(LIMITS.linger(), brought);

    assertThat(isStopping(brought)).isTrue();
    assertThat(fish(agent, NodeProtocol.StopInstance.class).id()).isEqualTo(brought);
    assertThat(isStopping(instance)).isFalse();
  }

  @Test
  void itIsSaidToBeSpareAndGivesWayToTheLeastOfOthersWhereTheLeasedOneStays() {
    InstanceId brought = aSecondOneIsBrought();
    assertThat(asked(instance).stays()).isPresent();
    assertThat(asked(brought).stays()).as("while its lease has it").isPresent();

    ends(B, two);

    assertThat(lines.known().get(DEMO)).extracting(line -> line.spare()).isEqualTo(1);
    assertThat(asked(brought).stays()).isEmpty();
    assertThat(isStopping(brought)).isTrue();
    assertThat(asked(instance).stays()).isPresent();
  }

  @Test
  void whatASilentLeaseHasIsTakenBackEarlyOnceItsMachineHoldsItForNobody() {
    actor.runCommand(claim(A, one));
    long number = fish(one, Granted.class).number();
    says(Reports.of("m1").with(Reports.leased(ready(instance), A)));
    clock.move(LIMITS.claimLimit().plus(MOMENT));
    actor.runCommand(Look.NOW);
    clock.move(LIMITS.claimLimit().plus(MOMENT));
    actor.runCommand(Look.NOW);
    assertThat(releases()).as("its holder may use it").isEmpty();
    assertThat(reason(instance)).contains("lease a has it and has not claimed it since");

    says(Reports.of("m1").with(ready(instance)));
    actor.runCommand(Look.NOW);

    assertThat(LIMITS.abandonedAfter()).isGreaterThan(LIMITS.claimLimit().multipliedBy(3));
    List<ReleaseInstance> orders = releases();
    assertThat(orders).hasSize(1);
    assertThat(orders.get(0).grant()).isEqualTo(new LeaseToken(A, number));
    actor.runCommand(claim(B, two));
    answer(orders.get(0));
    Granted next = fish(two, Granted.class);
    assertThat(next.instance()).isEqualTo(instance);
    assertThat(next.number()).isGreaterThan(number);
  }

  @Test
  void aLeaseThatIsHeardInTimeKeepsWhatItsMachineHoldsForNobody() {
    actor.runCommand(claim(A, one));
    fish(one, Granted.class);
    clock.move(LIMITS.claimLimit().plus(MOMENT));
    actor.runCommand(Look.NOW);
    clock.move(LIMITS.claimLimit());

    actor.runCommand(claim(A, one));
    clock.move(MOMENT);
    actor.runCommand(Look.NOW);

    assertThat(releases()).isEmpty();
    assertThat(actor.getState().tenancy().of(A)).isPresent();
  }

  /** One lease has the only instance, and the next one has one more started. */
  private InstanceId aSecondOneIsBrought() {
    actor.runCommand(claim(A, one));
    actor.runCommand(claim(B, two));
    actor.runCommand(Look.NOW);
    InstanceId brought = fish(agent, StartInstance.class).id();
    says(Reports.of("m1").with(Reports.leased(ready(instance), A)).with(ready(brought)));
    actor.runCommand(Look.NOW);
    assertThat(fish(two, Granted.class).instance()).isEqualTo(brought);
    return brought;
  }

  private void ends(LeaseId lease, TestProbe<ClaimReply> probe) {
    long number = actor.getState().tenancy().of(lease).orElseThrow().number();
    actor.runCommand(unclaim(lease, number, probe));
    answer(release());
    fish(probe, ClaimReply.Returned.class);
    // Its time begins with the look after that.
    actor.runCommand(Look.NOW);
  }

  /** Time in which the first lease is heard. */
  private void passes(Duration time, InstanceId brought) {
    clock.move(time);
    actor.runCommand(claim(A, one));
    says(Reports.of("m1").with(Reports.leased(ready(instance), A)).with(ready(brought)));
    actor.runCommand(Look.NOW);
  }

  private static InstanceReport ready(InstanceId id) {
    return Reports.instance(id, Phase.READY, 1);
  }

  private boolean isStopping(InstanceId id) {
    return Optional.ofNullable(actor.getState().instances().get(id)).orElseThrow().stopping();
  }

  /** By one of the least priority, for which no request waits. */
  private GiveWayReply asked(InstanceId id) {
    return actor
        .<GiveWayReply>runCommand(
            replyTo -> new GiveWay(id, CHAT, Keep.LEAST, false, false, replyTo))
        .reply();
  }

  private String reason(InstanceId id) {
    return actor
        .<RegistryProtocol.Reply>runCommand(replyTo -> new RegistryProtocol.Get(DEMO, replyTo))
        .reply()
        .deployment()
        .orElseThrow()
        .instances()
        .stream()
        .filter(view -> view.instance().equals(id))
        .findFirst()
        .flatMap(InstanceView::reason)
        .orElse("");
  }

  /** What its machine was told to let go of until now. */
  private List<ReleaseInstance> releases() {
    NodeProtocol.Command mark = releaseOf("mark");
    agent.getRef().tell(mark);
    return agent
        .fishForMessage(
            SOON,
            said ->
                said == mark
                    ? FishingOutcomes.complete()
                    : said instanceof ReleaseInstance
                        ? FishingOutcomes.continueAndCollect()
                        : FishingOutcomes.continueAndIgnore())
        .stream()
        .filter(said -> said != mark)
        .map(ReleaseInstance.class::cast)
        .toList();
  }

  private static ReleaseInstance releaseOf(String lease) {
    return new ReleaseInstance(
        new InstanceId(CHAT, 1),
        World.JOURNAL,
        new LeaseToken(new LeaseId(lease), 1),
        KIT.<NodeProtocol.HoldReply>createTestProbe().getRef());
  }
}
