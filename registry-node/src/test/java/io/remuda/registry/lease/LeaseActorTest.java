package io.remuda.registry.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.FishingOutcomes;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.persistence.testkit.javadsl.EventSourcedBehaviorTestKit;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.FleetProtocol;
import io.remuda.protocol.LeaseProtocol;
import io.remuda.protocol.LeaseProtocol.Command;
import io.remuda.protocol.LeaseProtocol.Reply;
import io.remuda.protocol.LeaseProtocol.Wish;
import io.remuda.protocol.NodeProtocol;
import io.remuda.protocol.NodeProtocol.HoldInstance;
import io.remuda.protocol.Refused;
import io.remuda.protocol.RegistryProtocol;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.JournalId;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.LeaseToken;
import io.remuda.protocol.model.LeaseView;
import io.remuda.registry.RegistrySettings;
import io.remuda.registry.fleet.Fleet;
import io.remuda.registry.journal.JournalStore.Owned;
import io.remuda.registry.journal.Succession;
import io.remuda.registry.journal.Unreadable;
import io.remuda.registry.model.ClaimReply;
import io.remuda.registry.model.RegistryMeters;
import io.remuda.registry.model.Surroundings;
import io.remuda.registry.model.TenancyMessage.Claim;
import io.remuda.registry.model.TenancyMessage.Unclaim;
import io.remuda.registry.placement.FleetSnapshot;
import io.remuda.registry.testing.KeptLines;
import io.remuda.registry.testing.MovedClock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The shell around the decider: what is written and said, and what a restart does. */
class LeaseActorTest {

  private static final Config CONFIG =
      EventSourcedBehaviorTestKit.config()
          .withFallback(
              ConfigFactory.parseString(
                  """
                  akka.actor.provider = local
                  akka.actor.testkit.typed.timefactor = 5
                  remuda.registry.lease { repeat-interval = 1h, claim-limit = 3h }
                  remuda.registry.lease.answer-within = 500ms
                  """))
          .withFallback(ConfigFactory.load());
  private static final ActorTestKit KIT = ActorTestKit.create("lease-actor", CONFIG);
  private static final LeaseId ID = new LeaseId("9f3a61");
  private static final ModelName DEMO = new ModelName("demo");
  private static final MachineId M1 = new MachineId("m1");
  private static final InstanceId FIRST = new InstanceId(DEMO, 3);
  private static final InstanceId SECOND = new InstanceId(DEMO, 9);
  private static final Duration TTL = Duration.ofMinutes(1);

  private final Fleet fleet = new Fleet();
  private final MovedClock clock = new MovedClock();
  private final TestProbe<NodeProtocol.Command> agent =
      KIT.createTestProbe(NodeProtocol.Command.class);
  private final TestProbe<RegistryProtocol.Command> model =
      KIT.createTestProbe(RegistryProtocol.Command.class);
  private final TestProbe<Reply> caller = KIT.createTestProbe(Reply.class);
  private final TestProbe<Reply> looker = KIT.createTestProbe(Reply.class);
  private final List<ActorRef<Command>> leaving = new CopyOnWriteArrayList<>();
  private final List<Command> forTheNext = new CopyOnWriteArrayList<>();
  private final EventSourcedBehaviorTestKit<Command, LeaseEvent, LeaseState> actor =
      EventSourcedBehaviorTestKit.create(
          KIT.system(),
          LeaseActor.create(
              ID,
              new Surroundings(
                  new JournalId("journal-1"),
                  RegistrySettings.from(CONFIG),
                  clock,
                  fleet,
                  KIT.<FleetProtocol.Command>createTestProbe().getRef(),
                  new KeptLines(),
                  name -> CompletableFuture.completedFuture(new Owned(1, 0)),
                  () -> {},
                  new Unreadable(),
                  new RegistryMeters()),
              name -> model.getRef(),
              new Succession<>(leaving::add, forTheNext::add)),
          EventSourcedBehaviorTestKit.disabledSerializationSettings());

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  @BeforeEach
  void aMachineIsThere() {
    fleet.show(FleetSnapshot.EMPTY, Map.of(M1, agent.getRef()));
  }

  @Test
  void writesWhatIsAskedAndItsTokenAndIsReadyOnceItsMachineObeysThat() {
    var asked = actor.runCommand(acquire());
    assertThat(asked.events()).singleElement().isInstanceOf(LeaseEvent.LeaseAsked.class);
    Claim claim = claim();
    assertThat(claim.floor()).isZero();

    claim.replyTo().tell(granted(FIRST, 7));
    HoldInstance hold = hold();

    assertThat(hold.grant()).isEqualTo(new LeaseToken(ID, 7));
    assertThat(actor.getState().token()).isEqualTo(7);
    hold.replyTo().tell(held(hold));
    assertThat(answer().state()).isEqualTo(LeaseView.State.READY);
  }

  @Test
  void isCountedWhereItStandsAndTimedOnceHoweverOftenItsActorStartsAnew() {
    long timed = LeaseReadings.readyTimes();
    actor.runCommand(acquire());
    assertThat(LeaseReadings.standing("pending")).isEqualTo(1);
    clock.move(Duration.ofSeconds(3));
    claim().replyTo().tell(granted(FIRST, 7));
    HoldInstance hold = hold();
    hold.replyTo().tell(held(hold));
    answer();
    assertThat(LeaseReadings.standing("pending")).isZero();
    assertThat(LeaseReadings.standing("ready")).isEqualTo(1);
    assertThat(LeaseReadings.readyTimes()).isEqualTo(timed + 1);
    assertThat(LeaseReadings.longestReady()).isCloseTo(3.0, within(0.1));

    actor.restart();
    HoldInstance again = hold();
    again.replyTo().tell(held(again));
    actor.runCommand(new LeaseProtocol.Get(ID, caller.getRef()));

    assertThat(answer().state()).isEqualTo(LeaseView.State.READY);
    assertThat(LeaseReadings.standing("ready")).isEqualTo(1);
    assertThat(LeaseReadings.readyTimes()).isEqualTo(timed + 1);
  }

  @Test
  void itsEndIsCountedByItsCauseAndItStaysCountedUntilItHasGivenEverythingBack() {
    long released = LeaseReadings.ends("released");
    ready();

    actor.runCommand(new LeaseProtocol.Release(ID, "done", caller.getRef()));
    answer();
    assertThat(LeaseReadings.ends("released")).isEqualTo(released + 1);
    assertThat(LeaseReadings.standing("ending")).isEqualTo(1);
    unclaim().replyTo().tell(new ClaimReply.Returned(DEMO, ID));
    actor.runCommand(new LeaseProtocol.Get(ID, caller.getRef()));
    caller.receiveMessage();

    assertThat(actor.getState().closed()).isTrue();
    assertThat(LeaseReadings.standing("ending")).isZero();
    assertThat(LeaseReadings.standing("ready")).isZero();
  }

  @Test
  void isAnsweredWithPendingWhenNothingIsFreeInTime() {
    actor.runCommand(acquire());
    claim()
        .replyTo()
        .tell(new ClaimReply.Queued(DEMO, ID, 2, Optional.of(Duration.ofSeconds(8)), "all taken"));

    LeaseView view = answer();

    assertThat(view.state()).isEqualTo(LeaseView.State.PENDING);
    assertThat(view.position()).hasValue(2);
    assertThat(view.estimate()).hasValue(Duration.ofSeconds(8));
  }

  @Test
  void whoLooksAtOneThatWaitsIsToldWhenItIsReady() {
    actor.runCommand(acquire());
    claim().replyTo().tell(granted(FIRST, 7));
    HoldInstance hold = hold();

    actor.runCommand(look(Duration.ofHours(1)));
    hold.replyTo().tell(held(hold));

    assertThat(looker.receiveMessage().lease().orElseThrow().state())
        .isEqualTo(LeaseView.State.READY);
    actor.runCommand(look(Duration.ofHours(1)));
    assertThat(looker.receiveMessage().lease().orElseThrow().state())
        .as("one that is ready, at once")
        .isEqualTo(LeaseView.State.READY);
  }

  @Test
  void whoLooksAtOneThatWaitsWaitsForAsLongAsHeSaysOrAsItsRegistryLets() {
    actor.runCommand(acquire());
    actor.runCommand(look(Duration.ofMillis(1)));
    assertThat(looker.receiveMessage().lease().orElseThrow().state())
        .isEqualTo(LeaseView.State.PENDING);

    actor.runCommand(look(Duration.ofHours(1)));

    assertThat(looker.receiveMessage().lease().orElseThrow().state())
        .isEqualTo(LeaseView.State.PENDING);
  }

  @Test
  void whoLooksAtOneWhoseActorEndsIsToldWhereItStoodAndWhoWantsItThatNobodyKnows() {
    actor.runCommand(acquire());
    actor.runCommand(look(Duration.ofHours(1)));

    actor.restart();

    assertThat(looker.receiveMessage().lease().orElseThrow().state())
        .isEqualTo(LeaseView.State.PENDING);
    assertThat(caller.receiveMessage().refused().map(Refused::code))
        .hasValue(ErrorCode.REGISTRY_UNAVAILABLE);
  }

  @Test
  void whoLooksLearnsThatItIsOver() {
    actor.runCommand(acquire());
    actor.runCommand(look(Duration.ofHours(1)));

    actor.runCommand(new LeaseProtocol.Release(ID, "done", caller.getRef()));

    assertThat(looker.receiveMessage().refused().map(Refused::code)).hasValue(ErrorCode.ENDED);
  }

  private LeaseProtocol.Get look(Duration within) {
    return new LeaseProtocol.Get(ID, Optional.of(within), looker.getRef());
  }

  @Test
  void theSameWishTwiceIsOneLeaseAndAnotherOneIsRefused() {
    ready();

    var again = actor.runCommand(acquire());
    assertThat(again.events()).isEmpty();
    assertThat(answer().state()).isEqualTo(LeaseView.State.READY);
    actor.runCommand(new LeaseProtocol.Acquire(ID, wish(Duration.ofMinutes(2)), caller.getRef()));

    assertThat(caller.receiveMessage().refused().map(Refused::code))
        .hasValue(ErrorCode.IDEMPOTENCY_CONFLICT);
  }

  @Test
  void diedAfterItWasAskedItClaimsAgain() {
    actor.runCommand(acquire());
    claim();

    actor.restart();

    assertThat(claim().lease()).isEqualTo(ID);
    assertThat(actor.getState().isLive()).isTrue();
  }

  @Test
  void diedAfterTheGrantItTellsTheMachineTheSameTokenAgainWithAFullTimeToLive() {
    ready();
    clock.move(TTL.minusSeconds(1));

    actor.restart();

    HoldInstance hold = hold();
    assertThat(hold.grant()).isEqualTo(new LeaseToken(ID, 7));
    assertThat(hold.ttl()).isEqualTo(TTL);
    assertThat(said(Claim.class, claim -> claim.holding().isPresent()).holding()).hasValue(FIRST);
    hold.replyTo().tell(held(hold));
    actor.runCommand(new LeaseProtocol.Get(ID, caller.getRef()));
    assertThat(answer().expiresAt()).hasValue(clock.instant().plus(TTL));
  }

  @Test
  void diedAfterTheEndItGivesBackAgainAndIsClosedOnceThatIsConfirmed() {
    ready();
    actor.runCommand(new LeaseProtocol.Release(ID, "done", caller.getRef()));
    assertThat(answer().state()).isEqualTo(LeaseView.State.ENDED);
    assertThat(unclaim().number()).isEqualTo(7);

    actor.restart();
    Unclaim again = unclaim();
    again.replyTo().tell(new ClaimReply.Returned(DEMO, ID));
    again.replyTo().tell(new ClaimReply.Returned(DEMO, ID));

    actor.runCommand(new LeaseProtocol.Get(ID, caller.getRef()));
    Reply ended = caller.receiveMessage();
    assertThat(ended.refused().map(Refused::code)).hasValue(ErrorCode.ENDED);
    assertThat(actor.getState().closed()).isTrue();
  }

  @Test
  void closedAndStartedAnewItGivesBackWhatAModelStillTakesForItsOwn() {
    ready();
    actor.runCommand(new LeaseProtocol.Release(ID, "done", caller.getRef()));
    answer();
    unclaim().replyTo().tell(new ClaimReply.Returned(DEMO, ID));
    actor.runCommand(new LeaseProtocol.Get(ID, caller.getRef()));
    answer();
    actor.restart();
    assertThat(actor.getState().closed()).isTrue();

    actor.runCommand(new LeaseMessage.StillWanted(ID, DEMO, 12));

    assertThat(unclaim().number()).isEqualTo(12);
  }

  @Test
  void releasedTwiceIsEndedTheSecondTime() {
    ready();
    actor.runCommand(new LeaseProtocol.Release(ID, "done", caller.getRef()));
    Reply first = caller.receiveMessage();
    actor.runCommand(new LeaseProtocol.Release(ID, "done", caller.getRef()));
    Reply second = caller.receiveMessage();

    assertThat(first.refused()).isEmpty();
    assertThat(second.refused().map(Refused::code)).hasValue(ErrorCode.ENDED);
    assertThat(second.lease()).isPresent();
  }

  @Test
  void movesWhenItsModelSaysThatAnotherInstanceTakesThePlaceOfTheOneThatIsGone() {
    ActorRef<ClaimReply> told = ready();

    told.tell(granted(SECOND, 12));
    HoldInstance hold = hold();

    assertThat(hold.id()).isEqualTo(SECOND);
    assertThat(hold.grant().number()).isEqualTo(12);
    hold.replyTo().tell(held(hold));
    actor.runCommand(new LeaseProtocol.Get(ID, caller.getRef()));
    assertThat(answer().token()).hasValue(12);
  }

  @Test
  void whatNobodyRenewedEndsByItsOwnClock() {
    ready();
    clock.move(TTL);

    var looked = actor.runCommand(LeaseMessage.Look.DEADLINE);

    assertThat(looked.events()).singleElement().isInstanceOf(LeaseEvent.LeaseEnded.class);
    assertThat(unclaim().lease()).isEqualTo(ID);
  }

  @Test
  void aRenewalForLongerIsWrittenBeforeItIsAnsweredAndOutlivesIt() {
    ready();
    Duration hour = Duration.ofHours(1);

    var renewed = actor.runCommand(new LeaseProtocol.Renew(ID, Optional.of(hour), caller.getRef()));
    assertThat(renewed.events()).singleElement().isInstanceOf(LeaseEvent.LeaseRenewed.class);
    assertThat(answer().expiresAt()).hasValue(clock.instant().plus(hour));
    assertThat(hold().ttl()).as("while it is written").isEqualTo(TTL);
    assertThat(hold().ttl()).isEqualTo(hour);
    var again = actor.runCommand(new LeaseProtocol.Renew(ID, Optional.of(hour), caller.getRef()));
    assertThat(again.events()).isEmpty();
    assertThat(answer().ttl()).isEqualTo(hour);
    assertThat(hold().ttl()).isEqualTo(hour);

    actor.restart();

    assertThat(hold().ttl()).isEqualTo(hour);
  }

  @Test
  void diedAfterTheGrantItWaitsForItsMachineThoughItHadLittlePatience() {
    ready(wish(TTL, Duration.ofSeconds(1)));
    clock.move(Duration.ofSeconds(30));

    actor.restart();
    hold();
    clock.move(Duration.ofSeconds(2));

    assertThat(actor.runCommand(LeaseMessage.Look.DEADLINE).events()).isEmpty();
    assertThat(actor.getState().isLive()).isTrue();
  }

  @Test
  void oneThatNobodyAskedForIsUnknownAndTakesNoRoom() {
    takesNoRoom(new LeaseProtocol.Get(ID, caller.getRef()));
  }

  @Test
  void norDoesItForWhoeverRenewsIt() {
    takesNoRoom(new LeaseProtocol.Renew(ID, Optional.empty(), caller.getRef()));
  }

  @Test
  void norForWhoeverReleasesIt() {
    takesNoRoom(new LeaseProtocol.Release(ID, "done", caller.getRef()));
  }

  private void takesNoRoom(Command asked) {
    actor.runCommand(asked);
    assertThat(caller.receiveMessage().refused().map(Refused::code)).hasValue(ErrorCode.NOT_FOUND);
    assertThat(leaving).hasSize(1);

    actor.runCommand(asked);
    assertThat(caller.receiveMessage().refused().map(Refused::code)).hasValue(ErrorCode.NOT_FOUND);
    assertThat(leaving).as("once is enough").hasSize(1);
    Command late = acquire();
    actor.runCommand(late);

    assertThat(forTheNext).containsExactly(late);
    assertThat(actor.getState().wish()).as("it decides nothing more").isEmpty();
  }

  @Test
  void oneThatIsWrittenOfIsReadThoughTheOneBeforeItLeaves() {
    actor.runCommand(new LeaseProtocol.Get(ID, caller.getRef()));
    Command woken = new LeaseMessage.Written(ID, 4);

    actor.runCommand(woken);

    assertThat(forTheNext).containsExactly(woken);
  }

  @Test
  void oneThatWasAskedForStaysForWhoeverLooksAtIt() {
    ready();
    actor.runCommand(new LeaseProtocol.Get(ID, caller.getRef()));
    answer();

    assertThat(leaving).isEmpty();
  }

  /** Brings it to READY; where its model's owner tells it what it has. */
  private ActorRef<ClaimReply> ready() {
    return ready(wish(TTL));
  }

  private ActorRef<ClaimReply> ready(Wish wish) {
    actor.runCommand(new LeaseProtocol.Acquire(ID, wish, caller.getRef()));
    Claim claim = claim();
    claim.replyTo().tell(granted(FIRST, 7));
    HoldInstance hold = hold();
    hold.replyTo().tell(held(hold));
    answer();
    return claim.replyTo();
  }

  private Claim claim() {
    return model.expectMessageClass(Claim.class);
  }

  private Unclaim unclaim() {
    return said(Unclaim.class, unclaim -> true);
  }

  /** A claim may be on the way still: it is said again at no harm. */
  private <T> T said(Class<T> kind, Predicate<T> such) {
    List<RegistryProtocol.Command> seen =
        model.fishForMessage(
            Duration.ofSeconds(10),
            message ->
                kind.isInstance(message) && such.test(kind.cast(message))
                    ? FishingOutcomes.complete()
                    : FishingOutcomes.continueAndIgnore());
    return kind.cast(seen.get(seen.size() - 1));
  }

  private HoldInstance hold() {
    return agent.expectMessageClass(HoldInstance.class);
  }

  private LeaseView answer() {
    return caller.receiveMessage().lease().orElseThrow();
  }

  private LeaseProtocol.Acquire acquire() {
    return new LeaseProtocol.Acquire(ID, wish(TTL), caller.getRef());
  }

  private static Wish wish(Duration ttl) {
    return wish(ttl, Duration.ofMinutes(5));
  }

  private static Wish wish(Duration ttl, Duration patience) {
    return new Wish("me", Set.of(DEMO), true, Optional.empty(), ttl, patience, Optional.empty());
  }

  private static ClaimReply granted(InstanceId instance, long number) {
    return new ClaimReply.Granted(DEMO, ID, instance, M1, number);
  }

  private static NodeProtocol.HoldReply held(HoldInstance hold) {
    return new NodeProtocol.HoldReply(
        hold.id(), hold.grant(), M1, hold.grant().number(), Optional.empty());
  }
}
