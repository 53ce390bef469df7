package io.remuda.registry.model;

import static io.remuda.registry.testing.Specs.aSpec;
import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.persistence.testkit.javadsl.EventSourcedBehaviorTestKit;
import akka.persistence.testkit.javadsl.PersistenceTestKit;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.FleetProtocol;
import io.remuda.protocol.Refused;
import io.remuda.protocol.RegistryProtocol;
import io.remuda.protocol.RegistryProtocol.Command;
import io.remuda.protocol.RegistryProtocol.Reply;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.Phase;
import io.remuda.registry.RegistrySettings;
import io.remuda.registry.SteadyClock;
import io.remuda.registry.fleet.Fleet;
import io.remuda.registry.journal.JournalStore.Owned;
import io.remuda.registry.journal.PersistenceIds;
import io.remuda.registry.journal.Succession;
import io.remuda.registry.journal.Unreadable;
import io.remuda.registry.placement.FleetSnapshot;
import io.remuda.registry.testing.KeptLines;
import io.remuda.registry.testing.Reports;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Which names take no room in a registry node any more: those that nothing is left of. */
class ForgottenNameTest {

  private static final Config CONFIG =
      EventSourcedBehaviorTestKit.config()
          .withFallback(
              ConfigFactory.parseString(
                  """
                  akka.actor.provider = local
                  akka.actor.testkit.typed.timefactor = 10
                  remuda.registry.reconcile-interval = 1h
                  remuda.registry.close-after = 0s
                  """))
          .withFallback(ConfigFactory.load());
  private static final ActorTestKit KIT = ActorTestKit.create("forgotten-name", CONFIG);
  private static final PersistenceTestKit JOURNAL = PersistenceTestKit.create(KIT.system());
  private static final ModelName DEMO = new ModelName("demo");
  private static final ModelName GONE = new ModelName("gone");

  /** More looks than a name is kept for that nobody has. */
  private static final int LOOKS = 100;

  /** So many are not too many. */
  private static final int KEPT_LOOKS = 30;

  private final Fleet fleet = new Fleet();
  private final KeptLines lines = new KeptLines();
  private final TestProbe<Reply> replies = KIT.createTestProbe();
  private final TestProbe<ActorRef<Command>> passivated = KIT.createTestProbe();
  private final TestProbe<Command> next = KIT.createTestProbe();

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  @Test
  void oneThatSomebodyOnlyAskedFor() {
    ActorRef<Command> owner = owner();

    looks(owner);

    ends(owner);
  }

  /** What it is asked may take another one's answer. */
  @Test
  void notOneThatSomebodyHasJustAskedSomething() {
    ActorRef<Command> owner = owner();

    for (int i = 0; i < 4; i++) {
      looks(owner, KEPT_LOOKS);
      owner.tell(new RegistryProtocol.Get(DEMO, reply()));
      assertThat(replies.receiveMessage().refused().map(Refused::code))
          .hasValue(ErrorCode.MODEL_NOT_FOUND);
    }

    looks(owner);
    ends(owner);
  }

  @Test
  void whatIsAskedOfOneThatEndsIsAnsweredByTheNext() {
    ActorRef<Command> owner = owner();
    looks(owner);
    RegistryProtocol.Get question = new RegistryProtocol.Get(DEMO, reply());

    owner.tell(question);

    assertThat(next.receiveMessage()).isEqualTo(question);
    ends(owner);
  }

  @Test
  void notOneThatMachinesRunAheadOfTheJournal() {
    fleet.show(
        FleetSnapshot.of(
            Duration.ofHours(1),
            false,
            List.of(
                new FleetSnapshot.Machine(
                    true,
                    false,
                    Duration.ZERO,
                    Duration.ZERO,
                    Reports.of("m1").running("demo-7", Phase.READY).build()))),
        Map.of());
    ActorRef<Command> owner = owner();

    looks(owner);

    owner.tell(new RegistryProtocol.Get(DEMO, replies.getRef()));
    // One that had ended by then would be refused for that.
    assertThat(replies.receiveMessage().refused().map(Refused::code))
        .isNotEqualTo(Optional.of(ErrorCode.STORE_UNAVAILABLE));
  }

  @Test
  void oneThatWasRemovedIsClosedOnceAndComesBackWhenItIsAskedFor() {
    ActorRef<Command> first = owner(GONE);
    first.tell(new RegistryProtocol.Deploy(spec("text"), Optional.empty(), false, reply()));
    first.tell(new RegistryProtocol.Remove(GONE, reply()));
    assertThat(List.of(replies.receiveMessage(), replies.receiveMessage()))
        .allMatch(reply -> reply.refused().isEmpty());

    looks(first);

    ends(first);
    assertThat(journal()).containsExactly("DeploymentDeclared", "DeploymentRemoved", "NameClosed");

    ActorRef<Command> second = owner(GONE);
    second.tell(new RegistryProtocol.Get(GONE, reply()));
    assertThat(replies.receiveMessage().refused().orElseThrow().code())
        .isEqualTo(ErrorCode.MODEL_NOT_FOUND);
    looks(second);
    ends(second);
    assertThat(journal()).as("and is not closed twice").hasSize(3);

    ActorRef<Command> third = owner(GONE);
    third.tell(new RegistryProtocol.Deploy(spec("body"), Optional.empty(), false, reply()));
    assertThat(replies.receiveMessage().refused()).as("with another schema").isEmpty();
    looks(third);
    third.tell(new RegistryProtocol.Get(GONE, reply()));
    assertThat(replies.receiveMessage().deployment()).isPresent();
  }

  private static ModelSpec spec(String field) {
    return aSpec().named(GONE.value()).replicas(0).build().withSchema(Typed.schema(field));
  }

  private ActorRef<Reply> reply() {
    return replies.getRef();
  }

  private static List<String> journal() {
    return JOURNAL.persistedInStorage(PersistenceIds.model(GONE.value())).stream()
        .map(event -> event.getClass().getSimpleName())
        .toList();
  }

  private static void looks(ActorRef<Command> owner) {
    looks(owner, LOOKS);
  }

  private static void looks(ActorRef<Command> owner, int times) {
    for (int i = 0; i < times; i++) {
      owner.tell(RegistryMessage.Look.BY_CLOCK);
    }
  }

  /** As a shard does: once it has asked for that, and once. */
  private void ends(ActorRef<Command> owner) {
    assertThat(passivated.receiveMessage()).isEqualTo(owner);
    KIT.stop(owner);
  }

  private ActorRef<Command> owner() {
    return owner(DEMO);
  }

  private ActorRef<Command> owner(ModelName name) {
    return KIT.spawn(
        RegistryActor.create(
            name,
            new Surroundings(
                World.JOURNAL,
                RegistrySettings.from(CONFIG),
                new SteadyClock(),
                fleet,
                KIT.<FleetProtocol.Command>createTestProbe().getRef(),
                lines,
                owned -> CompletableFuture.completedFuture(new Owned(1, 0)),
                () -> {},
                new Unreadable(),
                new RegistryMeters()),
            new Succession<>(passivated.getRef()::tell, next.getRef()::tell)));
  }
}
