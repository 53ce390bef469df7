package io.remuda.registry.lease;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.LoggingTestKit;
import akka.actor.typed.ActorRef;
import akka.persistence.testkit.javadsl.EventSourcedBehaviorTestKit;
import akka.persistence.testkit.javadsl.PersistenceTestKit;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.FleetProtocol;
import io.remuda.protocol.LeaseProtocol;
import io.remuda.protocol.RegistryProtocol;
import io.remuda.protocol.id.JournalId;
import io.remuda.protocol.id.LeaseId;
import io.remuda.registry.RegistrySettings;
import io.remuda.registry.SteadyClock;
import io.remuda.registry.fleet.Fleet;
import io.remuda.registry.journal.JournalStore.Owned;
import io.remuda.registry.journal.PersistenceIds;
import io.remuda.registry.journal.Succession;
import io.remuda.registry.journal.Unreadable;
import io.remuda.registry.model.RegistryMeters;
import io.remuda.registry.model.Surroundings;
import io.remuda.registry.testing.KeptLines;
import java.io.NotSerializableException;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** A lease that cannot be read back: by its own fault, or with all others. */
class BrokenLeaseTest {

  private static final Config CONFIG =
      EventSourcedBehaviorTestKit.config()
          .withFallback(
              ConfigFactory.parseString(
                  """
                  akka.actor.provider = local
                  akka.actor.testkit.typed.timefactor = 5
                  """))
          .withFallback(ConfigFactory.load());
  private static final ActorTestKit KIT = ActorTestKit.create("broken-lease", CONFIG);
  private static final LeaseId ID = new LeaseId("9f3a61");

  private final PersistenceTestKit journal = PersistenceTestKit.create(KIT.system());
  private final Unreadable unreadable = new Unreadable();
  private final AtomicInteger outages = new AtomicInteger();

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  @Test
  void anOutageIsToldOfByWhoeverProbesTheDatabaseAndNotByEachLease() {
    warned(0, () -> wokenInVain(new SQLException("refused")));
    assertThat(outages.get()).isPositive();
  }

  @Test
  void whatIsWrongWithOneLeaseAloneIsToldOnce() {
    warned(
        1,
        () -> {
          for (int i = 0; i < 3; i++) {
            wokenInVain(new NotSerializableException("one reason"));
          }
        });
    assertThat(outages.get()).isZero();
  }

  private static void warned(int times, Runnable action) {
    LoggingTestKit.warn("event=recovery-failed lease=" + ID)
        .withOccurrences(times)
        .expect(
            KIT.system(),
            () -> {
              action.run();
              return true;
            });
  }

  private void wokenInVain(Exception why) {
    journal.failNextRead(PersistenceIds.lease(ID.value()), why);
    ActorRef<LeaseProtocol.Command> owner =
        KIT.spawn(
            LeaseActor.create(
                ID,
                new Surroundings(
                    new JournalId("journal-1"),
                    RegistrySettings.from(CONFIG),
                    new SteadyClock(),
                    new Fleet(),
                    KIT.<FleetProtocol.Command>createTestProbe().getRef(),
                    new KeptLines(),
                    name -> CompletableFuture.completedFuture(new Owned(1, 0)),
                    outages::incrementAndGet,
                    unreadable,
                    new RegistryMeters()),
                name -> KIT.<RegistryProtocol.Command>createTestProbe().getRef(),
                new Succession<>(self -> {}, command -> {})));
    KIT.createTestProbe().expectTerminated(owner);
  }
}
