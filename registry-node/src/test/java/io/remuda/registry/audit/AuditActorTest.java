package io.remuda.registry.audit;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.persistence.testkit.javadsl.EventSourcedBehaviorTestKit;
import akka.persistence.testkit.javadsl.PersistenceTestKit;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.AuditProtocol;
import io.remuda.protocol.AuditProtocol.Deed;
import io.remuda.protocol.AuditProtocol.Keep;
import io.remuda.protocol.AuditProtocol.Kept;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.registry.SteadyClock;
import io.remuda.registry.journal.PersistenceIds;
import io.remuda.registry.journal.Unreadable;
import java.io.NotSerializableException;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** What the audit answers when its journal fails it. */
class AuditActorTest {

  private static final Config CONFIG =
      EventSourcedBehaviorTestKit.config()
          .withFallback(
              ConfigFactory.parseString(
                  """
                  akka.actor.provider = local
                  akka.actor.testkit.typed.timefactor = 5
                  """))
          .withFallback(ConfigFactory.load());
  private static final ActorTestKit KIT = ActorTestKit.create("audit", CONFIG);

  private final PersistenceTestKit journal = PersistenceTestKit.create(KIT.system());
  private final AtomicInteger down = new AtomicInteger();
  private final TestProbe<Kept> replies = KIT.createTestProbe();

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  @Test
  void whatWaitsBehindAWriteThatFailsIsAnsweredAtOnce() {
    journal.clearAll();
    journal.failNextPersisted(PersistenceIds.audit(), new SQLException("the database is away"));
    // All are sent while it still reads its journal: what comes after its end waits for the next
    // one.
    List<Keep> keeps = Stream.generate(() -> new Keep(deed(), replies.getRef())).limit(3).toList();
    ActorRef<AuditProtocol.Command> audit = audit();
    keeps.forEach(audit::tell);

    for (int i = 0; i < 3; i++) {
      assertThat(replies.receiveMessage().refused().map(Refused::code))
          .hasValue(ErrorCode.STORE_UNAVAILABLE);
    }
    assertThat(down).hasPositiveValue();
  }

  @Test
  void oneThatCannotBeReadSaysSo() {
    journal.clearAll();
    journal.failNextRead(PersistenceIds.audit(), new NotSerializableException("a newer event"));

    audit().tell(new Keep(deed(), replies.getRef()));

    Refused why = replies.receiveMessage().refused().orElseThrow();
    assertThat(why.code()).isEqualTo(ErrorCode.INTERNAL);
    assertThat(why.message()).contains("the audit", "upgrade");
    assertThat(down).hasValue(0);
  }

  private ActorRef<AuditProtocol.Command> audit() {
    return KIT.spawn(
        AuditActor.create(new SteadyClock(), 100, down::incrementAndGet, new Unreadable()));
  }

  private static Deed deed() {
    return new Deed(
        "r-1",
        "local",
        Optional.empty(),
        "PUT /v1/deployments/{name}",
        "/v1/deployments/demo",
        200,
        Optional.empty());
  }
}
