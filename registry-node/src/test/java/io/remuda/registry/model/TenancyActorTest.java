package io.remuda.registry.model;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.NodeProtocol.ReleaseInstance;
import io.remuda.protocol.RegistryProtocol;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.model.LeaseToken;
import io.remuda.registry.fleet.FleetMessage;
import io.remuda.registry.model.TenancyEvent.InstanceLeased;
import io.remuda.registry.model.TenancyMessage.Unclaim;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Leases at the owner of a name: what is told when, and what a restart between leaves. */
class TenancyActorTest extends TenancyStage {

  private static final ActorTestKit KIT = ActorTestKit.create("tenancy-actor", CONFIG);

  TenancyActorTest() {
    super(KIT);
  }

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  @Test
  void isToldWhatItHasOnceThatIsInTheJournalAndTheSameAfterARestart() {
    var claimed = actor.runCommand(claim(A, one));
    assertThat(claimed.events()).singleElement().isInstanceOf(InstanceLeased.class);
    ClaimReply first = one.receiveMessage();
    assertThat(first).isInstanceOf(ClaimReply.Granted.class);

    actor.restart();
    var again = actor.runCommand(claim(A, one));

    assertThat(again.events()).isEmpty();
    assertThat(one.receiveMessage()).isEqualTo(first);
  }

  @Test
  void whatIsReturnedGoesToTheNextOneInTheSameCommit() {
    actor.runCommand(claim(A, one));
    actor.runCommand(claim(B, two));
    assertThat(two.receiveMessage()).isInstanceOf(ClaimReply.Queued.class);

    actor.runCommand(unclaim(A, 40, one));
    ReleaseInstance release = release();
    assertThat(release.grant()).isEqualTo(new LeaseToken(A, 40));
    answer(release);

    ClaimReply.Granted next = fish(two, ClaimReply.Granted.class);
    assertThat(next.instance()).isEqualTo(instance);
    assertThat(next.number()).isGreaterThan(40);
    assertThat(returned(one)).isInstanceOf(ClaimReply.Returned.class);
  }

  @Test
  void diedWhileItsMachineWasLettingGoItLetsGoAgainWithTheNextWord() {
    actor.runCommand(claim(A, one));
    actor.runCommand(unclaim(A, 40, one));
    release();

    actor.restart();
    assertThat(actor.getState().tenancy().of(A)).isPresent();
    actor.runCommand(unclaim(A, 40, one));
    answer(release());

    assertThat(returned(one)).isInstanceOf(ClaimReply.Returned.class);
    actor.runCommand(unclaim(A, 40, one));
    assertThat(returned(one)).isInstanceOf(ClaimReply.Returned.class);
  }

  @Test
  void thatItsInstanceGoesIsToldAtOnce() {
    actor.runCommand(claim(A, one));
    assertThat(one.receiveMessage()).isInstanceOf(ClaimReply.Granted.class);

    actor.<RegistryProtocol.Reply>runCommand(
        replyTo -> new RegistryProtocol.Scale(DEMO, 0, replyTo));

    ClaimReply.Queued waits = one.expectMessageClass(ClaimReply.Queued.class);
    assertThat(waits.reason()).contains("scaled to zero");
  }

  @Test
  void aRemovedModelIsToldAtOnce() {
    actor.runCommand(claim(A, one));
    assertThat(one.receiveMessage()).isInstanceOf(ClaimReply.Granted.class);

    actor.<RegistryProtocol.Reply>runCommand(replyTo -> new RegistryProtocol.Remove(DEMO, replyTo));

    assertThat(one.expectMessageClass(ClaimReply.Rejected.class).refused().code())
        .isEqualTo(ErrorCode.MODEL_NOT_FOUND);
  }

  @Test
  void aLeaseThatIsNotHeardAfterARestartIsAskedThroughTheFleetView() {
    actor.runCommand(claim(A, one));
    ClaimReply.Granted granted = (ClaimReply.Granted) one.receiveMessage();
    actor.restart();
    actor.runCommand(RegistryMessage.Look.NOW);
    clock.move(Duration.ofSeconds(13));

    actor.runCommand(RegistryMessage.Look.NOW);

    assertThat(fish(view, FleetMessage.LeaseUnheard.class))
        .isEqualTo(new FleetMessage.LeaseUnheard(A, DEMO, granted.number()));
  }

  @Test
  void whoGivesBackLessThanItHasIsToldWhatItHasThoughNobodyRemembersItsClaim() {
    actor.runCommand(claim(A, one));
    ClaimReply.Granted has = one.expectMessageClass(ClaimReply.Granted.class);
    actor.restart();

    actor.runCommand(giveBack(A, has.number() - 1, one));
    assertThat(one.receiveMessage()).isEqualTo(has);
    actor.runCommand(giveBack(A, has.number(), one));
    answer(release());

    assertThat(one.receiveMessage()).isInstanceOf(ClaimReply.Returned.class);
  }

  private ClaimReply returned(TestProbe<ClaimReply> probe) {
    ClaimReply said = probe.receiveMessage();
    return said instanceof ClaimReply.Granted ? probe.receiveMessage() : said;
  }

  private static Unclaim giveBack(LeaseId lease, long number, TestProbe<ClaimReply> probe) {
    return new Unclaim(DEMO, lease, number, "another one first", true, probe.getRef());
  }
}
