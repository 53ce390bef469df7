package io.remuda.registry.access;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.LoggingTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.persistence.testkit.javadsl.EventSourcedBehaviorTestKit;
import akka.persistence.testkit.javadsl.PersistenceTestKit;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.AccessProtocol;
import io.remuda.protocol.AccessProtocol.Command;
import io.remuda.protocol.AccessProtocol.Reply;
import io.remuda.registry.SteadyClock;
import io.remuda.registry.journal.PersistenceIds;
import io.remuda.registry.journal.Succession;
import io.remuda.registry.journal.Unreadable;
import java.io.NotSerializableException;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** How the owner of the API keys ends: behind its journal, and when it cannot read it. */
class KeysSuccessionTest {

  private static final Config CONFIG =
      EventSourcedBehaviorTestKit.config()
          .withFallback(
              ConfigFactory.parseString(
                  """
                  akka.actor.provider = local
                  akka.actor.testkit.typed.timefactor = 5
                  akka.actor.testkit.typed.filter-leeway = 10s
                  """))
          .withFallback(ConfigFactory.load());
  private static final ActorTestKit KIT = ActorTestKit.create("keys-succession", CONFIG);

  private final PersistenceTestKit journal = PersistenceTestKit.create(KIT.system());
  private final Unreadable unreadable = new Unreadable();
  private final TestProbe<ActorRef<Command>> passivated = KIT.createTestProbe();
  private final TestProbe<Command> next = KIT.createTestProbe();

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  @Test
  void whatIsSentToOneThatIsBehindIsTheNextOnes() {
    ActorRef<Command> owner = owner();
    TestProbe<Reply> replies = KIT.createTestProbe();
    AccessActor.Written written = new AccessActor.Written(7);
    AccessProtocol.ListKeys question =
        new AccessProtocol.ListKeys(Optional.empty(), replies.getRef());

    owner.tell(written);
    owner.tell(question);

    assertThat(passivated.receiveMessage()).isEqualTo(owner);
    assertThat(next.receiveMessage()).as("wakes the next one").isEqualTo(written);
    assertThat(next.receiveMessage()).isEqualTo(question);
    replies.expectNoMessage();
  }

  /** It takes another way than the request to end the one that is behind, and may be faster. */
  @Test
  void theWakeOfTheNextOneIsNotLostOnTheOneThatGoes() {
    ActorRef<Command> owner = owner();
    AccessActor.Written written = new AccessActor.Written(7);

    owner.tell(written);
    assertThat(next.receiveMessage()).isEqualTo(written);
    owner.tell(written);

    assertThat(next.receiveMessage()).isEqualTo(written);
  }

  @Test
  void keysThatCannotBeReadAreToldOncePerReasonHoweverOftenTheyAreAskedFor() {
    // By us, and by Akka with a stack trace.
    LoggingTestKit.error("saw failure")
        .withOccurrences(1)
        .expect(
            KIT.system(),
            () -> {
              LoggingTestKit.warn("event=recovery-failed keys")
                  .withOccurrences(1)
                  .expect(
                      KIT.system(),
                      () -> {
                        for (int i = 0; i < 4; i++) {
                          askedInVain();
                        }
                        return true;
                      });
              return true;
            });
  }

  private void askedInVain() {
    journal.failNextRead(PersistenceIds.access(), new NotSerializableException("one reason"));
    ActorRef<Command> owner = owner();
    KIT.createTestProbe().expectTerminated(owner);
  }

  private ActorRef<Command> owner() {
    return KIT.spawn(
        AccessActor.create(
            new SteadyClock(),
            100,
            keys -> {},
            () -> {},
            unreadable,
            new Succession<>(passivated.getRef()::tell, next.getRef()::tell)));
  }
}
