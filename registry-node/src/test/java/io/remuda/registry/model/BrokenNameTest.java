package io.remuda.registry.model;

import static io.remuda.registry.testing.Specs.aSpec;
import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.LoggingTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.persistence.testkit.javadsl.EventSourcedBehaviorTestKit;
import akka.persistence.testkit.javadsl.PersistenceTestKit;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.FleetProtocol;
import io.remuda.protocol.Listing;
import io.remuda.protocol.RegistryProtocol;
import io.remuda.protocol.RegistryProtocol.Command;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.testing.Eventually;
import io.remuda.registry.RegistrySettings;
import io.remuda.registry.SteadyClock;
import io.remuda.registry.fleet.Fleet;
import io.remuda.registry.journal.JournalStore.Owned;
import io.remuda.registry.journal.PersistenceIds;
import io.remuda.registry.journal.Succession;
import io.remuda.registry.journal.Unreadable;
import io.remuda.registry.testing.KeptLines;
import java.io.NotSerializableException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** A name whose events one registry node cannot read, and that is woken there again and again. */
class BrokenNameTest {

  private static final Config CONFIG =
      EventSourcedBehaviorTestKit.config()
          .withFallback(
              ConfigFactory.parseString(
                  """
                  akka.actor.provider = local
                  akka.actor.testkit.typed.timefactor = 5
                  akka.actor.testkit.typed.filter-leeway = 10s
                  remuda.registry.reconcile-interval = 1h
                  """))
          .withFallback(ConfigFactory.load());
  private static final ActorTestKit KIT = ActorTestKit.create("broken-name", CONFIG);
  private static final Duration SOON = Duration.ofSeconds(20);

  private static final AtomicLong NAMES = new AtomicLong();

  private final ModelName name = new ModelName("demo-" + NAMES.incrementAndGet());
  private final PersistenceTestKit journal = PersistenceTestKit.create(KIT.system());
  private final KeptLines lines = new KeptLines();
  private final AtomicLong terms = new AtomicLong();
  private final Unreadable unreadable = new Unreadable();

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  @Test
  void itsLineOutdatesThatOfTheOwnerThatCouldRead() {
    Listing good = shownByAnotherOwner();
    assertThat(good.version()).isEqualTo(3);

    wokenInVain("an event of a newer version");

    Listing broken = lineWith("an event of a newer version");
    assertThat(broken.isNewerThan(good)).isTrue();
    assertThat(broken.phase()).isEqualTo(DeploymentPhase.FAILED);
  }

  @Test
  void itIsSaidOncePerReasonHoweverOftenItIsWoken() {
    toldOnce(
        () -> {
          for (int i = 0; i < 4; i++) {
            wokenInVain("one reason");
            lineWith("one reason");
          }
        });
    assertThat(terms.get()).isEqualTo(1);
    assertThat(lines.all).hasSize(1);

    warnedOnce(
        () -> {
          wokenInVain("another reason");
          lineWith("another reason");
        });
    assertThat(terms.get()).isEqualTo(2);
  }

  /** As when it goes to a node that can read it, and back. */
  @Test
  void itIsListedAnewWhenAnotherOwnerHasShownItMeanwhile() {
    wokenInVain("one reason");
    lineWith("one reason");
    Listing good = shownByAnotherOwner();

    wokenInVain("one reason");

    assertThat(lineWith("one reason").isNewerThan(good)).isTrue();
    assertThat(terms.get()).isEqualTo(3);
  }

  @Test
  void itIsSaidAgainAfterItCouldBeReadMeanwhile() {
    wokenInVain("one reason");
    ActorRef<Command> owner = KIT.spawn(behavior());
    TestProbe<RegistryProtocol.Reply> replies = KIT.createTestProbe();
    owner.tell(new RegistryProtocol.Get(name, replies.getRef()));
    replies.receiveMessage();
    KIT.stop(owner);

    toldOnce(() -> wokenInVain("one reason"));
  }

  /** Declared, and scaled twice: the line of its third event. */
  private Listing shownByAnotherOwner() {
    ModelState state =
        ModelState.empty(name)
            .on(
                new DeploymentEvent.DeploymentDeclared(
                    aSpec().named(name.value()).build(), Instant.EPOCH))
            .on(new DeploymentEvent.DeploymentScaled(name, 2, Instant.EPOCH))
            .on(new DeploymentEvent.DeploymentScaled(name, 0, Instant.EPOCH));
    CatalogEntry entry = new CatalogEntry(lines::show);
    entry.ownedIn(terms.incrementAndGet());
    return entry
        .show(state, new Outlook(DeploymentPhase.STOPPED, 0, Optional.empty()))
        .orElseThrow();
  }

  private Listing lineWith(String reason) {
    return Eventually.find(
        "it is listed with the reason",
        SOON,
        () ->
            lines
                .shown(name)
                .toCompletableFuture()
                .join()
                .filter(line -> line.reason().orElse("").contains(reason)));
  }

  /** By us, and by Akka with a stack trace. */
  private static void toldOnce(Runnable action) {
    LoggingTestKit.error("saw failure")
        .withOccurrences(1)
        .expect(
            KIT.system(),
            () -> {
              warnedOnce(action);
              return true;
            });
  }

  private static void warnedOnce(Runnable action) {
    LoggingTestKit.warn("event=recovery-failed")
        .withOccurrences(1)
        .expect(
            KIT.system(),
            () -> {
              action.run();
              return true;
            });
  }

  private void wokenInVain(String reason) {
    journal.failNextRead(PersistenceIds.model(name.value()), new NotSerializableException(reason));
    TestProbe<Command> watcher = KIT.createTestProbe();
    ActorRef<Command> owner = KIT.spawn(behavior());
    owner.tell(new RegistryMessage.Wake(name));
    watcher.expectTerminated(owner);
  }

  private Behavior<Command> behavior() {
    return RegistryActor.create(
        name,
        new Surroundings(
            World.JOURNAL,
            RegistrySettings.from(CONFIG),
            new SteadyClock(),
            new Fleet(),
            KIT.<FleetProtocol.Command>createTestProbe().getRef(),
            lines,
            named -> CompletableFuture.completedFuture(new Owned(terms.incrementAndGet(), 3)),
            () -> {},
            unreadable,
            new RegistryMeters()),
        new Succession<>(self -> {}, command -> {}));
  }
}
