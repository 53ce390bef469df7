package io.remuda.registry.lease;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.FishingOutcomes;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.persistence.testkit.ProcessingSuccess;
import akka.persistence.testkit.WriteEvents;
import akka.persistence.testkit.javadsl.EventSourcedBehaviorTestKit;
import akka.persistence.testkit.javadsl.PersistenceTestKit;
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
import io.remuda.registry.journal.PersistenceIds;
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
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a lease says while it writes, and what becomes of that when the write is lost. */
class LeaseAheadTest {

  private static final Config CONFIG =
      EventSourcedBehaviorTestKit.config()
          .withFallback(
              ConfigFactory.parseString(
                  """
                  akka.actor.provider = local
                  akka.actor.testkit.typed.timefactor = 5
                  remuda.registry.lease { repeat-interval = 1h, claim-limit = 3h, answer-within = 1m }
                  """))
          .withFallback(ConfigFactory.load());
  private static final ActorTestKit KIT = ActorTestKit.create("lease-ahead", CONFIG);
  private static final SQLException AWAY = new SQLException("the database is away");
  private static final ModelName DEMO = new ModelName("demo");
  private static final ModelName EXTRA = new ModelName("extra");
  private static final MachineId M1 = new MachineId("m1");
  private static final Duration TTL = Duration.ofMinutes(1);
  private static final Duration HOUR = Duration.ofHours(1);

  private final PersistenceTestKit journal = PersistenceTestKit.create(KIT.system());
  private final Fleet fleet = new Fleet();
  private final MovedClock clock = new MovedClock();
  private final TestProbe<NodeProtocol.Command> agent =
      KIT.createTestProbe(NodeProtocol.Command.class);
  private final TestProbe<RegistryProtocol.Command> model =
      KIT.createTestProbe(RegistryProtocol.Command.class);
  private final TestProbe<Reply> caller = KIT.createTestProbe(Reply.class);
  private final Set<ActorRef<ClaimReply>> heard = new HashSet<>();
  private final Set<ActorRef<ClaimReply>> gone = new HashSet<>();

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  @BeforeEach
  void aMachineIsThere() {
    journal.clearAll();
    journal.resetPolicy();
    fleet.show(FleetSnapshot.EMPTY, Map.of(M1, agent.getRef()));
  }

  @Test
  void aWishThatIsLostWithItsWriteIsAnsweredSoAndWhatWasClaimedForItIsGivenBack() {
    LeaseId id = new LeaseId("lost");
    ActorRef<Command> first = lease(id);
    journal.failNextPersisted(persistenceId(id), AWAY);

    first.tell(acquire(id, DEMO));

    assertThat(claim(DEMO).lease()).isEqualTo(id);
    assertThat(refused()).isEqualTo(ErrorCode.STORE_UNAVAILABLE);
    Unclaim claimed = said(Unclaim.class, any -> true);
    assertThat(claimed.lease()).isEqualTo(id);
    assertThat(claimed.number()).as("but not what was granted").isZero();
    assertThat(claimed.comesBack()).as("if it was written all the same").isTrue();
    ActorRef<Command> next = lease(id);
    next.tell(new LeaseMessage.StillWanted(id, DEMO, 12));
    Unclaim back = said(Unclaim.class, any -> true);
    assertThat(back.number()).isEqualTo(12);
    back.replyTo().tell(new ClaimReply.Returned(DEMO, id));
    next.tell(acquire(id, DEMO));
    assertThat(claim(DEMO).floor())
        .as("asked for again it is a lease like any other")
        .isEqualTo(12);
  }

  @Test
  void aGrantThatIsLostWithItsWriteIsGrantedAndHeldAgainUnderTheSameToken() {
    LeaseId id = new LeaseId("granted");
    ActorRef<Command> first = lease(id);
    first.tell(acquire(id, DEMO));
    Claim claim = claim(DEMO);
    journal.expectNextPersistedClass(persistenceId(id), LeaseEvent.LeaseAsked.class);
    journal.failNextPersisted(persistenceId(id), AWAY);

    claim.replyTo().tell(granted(id, DEMO, 7));

    HoldInstance ahead = hold();
    assertThat(ahead.grant()).isEqualTo(new LeaseToken(id, 7));
    ahead.replyTo().tell(held(ahead));
    assertThat(refused()).as("nobody was told that it is READY").isNotNull();
    ActorRef<Command> next = lease(id);
    Claim again = claim(DEMO);
    assertThat(again.floor()).isZero();
    assertThat(again.holding()).isEmpty();
    again.replyTo().tell(granted(id, DEMO, 7));
    HoldInstance same = hold();
    assertThat(same.grant()).isEqualTo(ahead.grant());
    same.replyTo().tell(held(same));
    next.tell(acquire(id, DEMO));
    LeaseView view = caller.receiveMessage().lease().orElseThrow();
    assertThat(view.state()).isEqualTo(LeaseView.State.READY);
    assertThat(view.token()).hasValue(7);
  }

  @Test
  void itsMachineIsToldOnceAndNotAgainWhenThatIsWritten() {
    LeaseId id = new LeaseId("once");
    ActorRef<Command> lease = lease(id);
    lease.tell(acquire(id, DEMO));
    claim(DEMO).replyTo().tell(granted(id, DEMO, 7));
    HoldInstance hold = hold();
    hold.replyTo().tell(held(hold));

    assertThat(caller.receiveMessage().lease().orElseThrow().state())
        .isEqualTo(LeaseView.State.READY);

    lease.tell(new LeaseProtocol.Release(id, "done", caller.getRef()));
    assertThat(caller.receiveMessage().refused()).isEmpty();
    agent.expectNoMessage(Duration.ZERO);
  }

  /** The machine counts from when it was told, which is before the write has begun. */
  @Test
  void aMachineThatMayHaveLetGoWhileTheGrantWasWrittenIsToldAgain() {
    LeaseId id = new LeaseId("slow");
    ActorRef<Command> lease = lease(id);
    lease.tell(acquire(id, DEMO));
    claim(DEMO).replyTo().tell(granted(id, DEMO, 7));
    HoldInstance first = hold();
    clock.move(TTL.plusSeconds(1));

    first.replyTo().tell(held(first));

    HoldInstance again = hold();
    assertThat(again.grant()).isEqualTo(first.grant());
    caller.expectNoMessage(Duration.ZERO);
    again.replyTo().tell(held(again));
    LeaseView view = caller.receiveMessage().lease().orElseThrow();
    assertThat(view.state()).isEqualTo(LeaseView.State.READY);
    assertThat(view.expiresAt()).hasValue(clock.instant().plus(TTL));
  }

  /** Its token is the highest of their numbers, which none but the lease has written down. */
  @Test
  void ofSeveralModelsNoMachineIsToldATokenThatIsLostWithItsWrite() {
    LeaseId id = new LeaseId("both");
    ActorRef<Command> lease = lease(id);
    lease.tell(acquire(id, DEMO, EXTRA));
    claim(DEMO).replyTo().tell(granted(id, DEMO, 7));
    Claim second = claim(EXTRA);
    journal.expectNextPersistedClass(persistenceId(id), LeaseEvent.LeaseAsked.class);
    journal.failNextPersisted(persistenceId(id), AWAY);

    second.replyTo().tell(granted(id, EXTRA, 9));

    assertThat(refused()).isNotNull();
    agent.expectNoMessage(Duration.ZERO);
  }

  @Test
  void aRenewalThatIsLostWithItsWriteIsAnsweredSoAndTheTimeInTheJournalHolds() {
    LeaseId id = new LeaseId("unsure");
    ActorRef<Command> first = ready(id);
    clock.move(Duration.ofSeconds(40));
    journal.failNextPersisted(persistenceId(id), AWAY);

    first.tell(renew(id, HOUR));

    assertThat(hold().ttl()).as("what holds either way").isEqualTo(TTL);
    assertThat(refused()).isEqualTo(ErrorCode.STORE_UNAVAILABLE);
    agent.expectNoMessage(Duration.ZERO);
    ActorRef<Command> next = lease(id);
    HoldInstance again = hold();
    assertThat(again.ttl()).isEqualTo(TTL);
    again.replyTo().tell(held(again));
    LeaseView view = shown(next, id);
    assertThat(view.ttl()).isEqualTo(TTL);
    assertThat(view.expiresAt()).hasValue(clock.instant().plus(TTL));
  }

  @Test
  void aRenewalWhoseWriteTakesLongIsHeldMeanwhileAndHasItsWholeTimeFromThere() {
    LeaseId id = new LeaseId("renewed");
    ActorRef<Command> lease = ready(id);
    clock.move(Duration.ofSeconds(40));
    writesTake(Duration.ofSeconds(50));

    lease.tell(renew(id, HOUR));

    assertThat(hold().ttl()).as("what holds either way").isEqualTo(TTL);
    LeaseView view = caller.receiveMessage().lease().orElseThrow();
    assertThat(view.state()).isEqualTo(LeaseView.State.READY);
    assertThat(view.expiresAt()).hasValue(clock.instant().plus(HOUR));
    assertThat(hold().ttl()).as("as whoever renewed it is told").isEqualTo(HOUR);
  }

  @Test
  void oneThatItsMachineMayHaveLetGoOfWhileARenewalWasWrittenIsNotCalledReady() {
    LeaseId id = new LeaseId("let-go");
    ActorRef<Command> lease = ready(id);
    clock.move(Duration.ofSeconds(40));
    writesTake(TTL);

    lease.tell(renew(id, HOUR));

    HoldInstance ahead = hold();
    LeaseView view = caller.receiveMessage().lease().orElseThrow();
    assertThat(view.state()).isEqualTo(LeaseView.State.PENDING);
    assertThat(view.expiresAt()).isEmpty();
    HoldInstance anew = hold();
    assertThat(anew.ttl()).isEqualTo(HOUR);
    // What it said before it let go comes after what was written.
    ahead.replyTo().tell(held(ahead));
    assertThat(shown(lease, id).state()).isEqualTo(LeaseView.State.PENDING);
    anew.replyTo().tell(letGo(anew));
    Claim moves = said(Claim.class, said -> said.floor() == 7 && said.holding().isEmpty());
    assertThat(moves.lease()).isEqualTo(id);
  }

  /** Brings it to READY under token 7. */
  private ActorRef<Command> ready(LeaseId id) {
    ActorRef<Command> lease = lease(id);
    lease.tell(acquire(id, DEMO));
    claim(DEMO).replyTo().tell(granted(id, DEMO, 7));
    HoldInstance hold = hold();
    hold.replyTo().tell(held(hold));
    assertThat(caller.receiveMessage().lease().orElseThrow().state())
        .isEqualTo(LeaseView.State.READY);
    return lease;
  }

  private LeaseProtocol.Renew renew(LeaseId id, Duration time) {
    return new LeaseProtocol.Renew(id, Optional.of(time), caller.getRef());
  }

  private LeaseView shown(ActorRef<Command> lease, LeaseId id) {
    lease.tell(new LeaseProtocol.Get(id, caller.getRef()));
    return caller.receiveMessage().lease().orElseThrow();
  }

  /** From here on; nothing of that is waited for. */
  private void writesTake(Duration time) {
    journal.withPolicy(
        (persistenceId, operation) -> {
          if (operation instanceof WriteEvents) {
            clock.move(time);
          }
          return ProcessingSuccess.getInstance();
        });
  }

  private static NodeProtocol.HoldReply letGo(HoldInstance hold) {
    return new NodeProtocol.HoldReply(
        hold.id(),
        hold.grant(),
        M1,
        hold.grant().number(),
        Optional.of(Refused.of(ErrorCode.ENDED, "it was not renewed in time")));
  }

  private ErrorCode refused() {
    return caller.receiveMessage().refused().map(Refused::code).orElseThrow();
  }

  /** Of the lease's present actor. */
  private Claim claim(ModelName of) {
    Claim claim =
        said(Claim.class, said -> said.name().equals(of) && !gone.contains(said.replyTo()));
    heard.add(claim.replyTo());
    return claim;
  }

  /** What was said is said again at no harm. */
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

  private static String persistenceId(LeaseId id) {
    return PersistenceIds.lease(id.value());
  }

  /** Its next actor. */
  private ActorRef<Command> lease(LeaseId id) {
    gone.addAll(heard);
    return KIT.spawn(
        LeaseActor.create(
            id,
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
            new Succession<>(self -> {}, command -> {})));
  }

  private LeaseProtocol.Acquire acquire(LeaseId id, ModelName... models) {
    Wish wish = new Wish("me", Set.of(models), true, Optional.empty(), TTL, TTL, Optional.empty());
    return new LeaseProtocol.Acquire(id, wish, caller.getRef());
  }

  private static ClaimReply granted(LeaseId id, ModelName of, long number) {
    return new ClaimReply.Granted(of, id, new InstanceId(of, 3), M1, number);
  }

  private static NodeProtocol.HoldReply held(HoldInstance hold) {
    return new NodeProtocol.HoldReply(
        hold.id(), hold.grant(), M1, hold.grant().number(), Optional.empty());
  }
}
