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
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
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
    // It writes nothing before all are sent: what came after its end would wait for the next one.
    CountDownLatch sent = new CountDownLatch(1);
    ActorRef<AuditProtocol.Command> audit = audit(onceReached(sent));
    for (int i = 0; i < 3; i++) {
      audit.tell(new Keep(deed(), replies.getRef()));
    }
    sent.countDown();

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

    audit(new SteadyClock()).tell(new Keep(deed(), replies.getRef()));

    Refused why = replies.receiveMessage().refused().orElseThrow();
    assertThat(why.code()).isEqualTo(ErrorCode.INTERNAL);
    assertThat(why.message()).contains("the audit", "upgrade");
    assertThat(down).hasValue(0);
  }

  private ActorRef<AuditProtocol.Command> audit(Clock clock) {
    return KIT.spawn(AuditActor.create(clock, 100, down::incrementAndGet, new Unreadable()));
  }

  /** Tells the time to nobody before that. */
  private static Clock onceReached(CountDownLatch that) {
    return new Clock() {
      @Override
      public Instant instant() {
        try {
          assertThat(that.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
          throw new AssertionError(e);
        }
        return Instant.EPOCH;
      }

      @Override
      public ZoneId getZone() {
        return ZoneOffset.UTC;
      }

      @Override
      public Clock withZone(ZoneId zone) {
        return this;
      }
    };
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
