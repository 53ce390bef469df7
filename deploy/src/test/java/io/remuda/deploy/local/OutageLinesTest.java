package io.remuda.deploy.local;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.ActorRef;
import akka.persistence.testkit.javadsl.EventSourcedBehaviorTestKit;
import akka.persistence.testkit.javadsl.PersistenceTestKit;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.cluster.FloodPolicy;
import io.remuda.registry.door.DoorActor;
import java.io.NotSerializableException;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** A journal that fails entities of Akka's own, and what is in the log of it. */
final class OutageLinesTest {

  private static final ActorTestKit KIT =
      ActorTestKit.create(
          "outage",
          EventSourcedBehaviorTestKit.config()
              .withFallback(
                  ConfigFactory.parseString(
                      """
                      akka.actor.provider = local
                      akka.actor.testkit.typed.timefactor = 5
                      akka.persistence.testkit.events.serialize = off
                      """))
              .withFallback(ConfigFactory.load()));

  private final LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
  private final Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
  private final List<ILoggingEvent> said = new CopyOnWriteArrayList<>();
  private final AtomicLong nanos = new AtomicLong();
  private final PersistenceTestKit journal = PersistenceTestKit.create(KIT.system());
  private final AppenderBase<ILoggingEvent> listening =
      new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
          if (event.getLevel().isGreaterOrEqual(Level.WARN)) {
            said.add(event);
          }
        }
      };

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  @BeforeEach
  void listen() {
    context.addTurboFilter(new OutageLines(Duration.ofSeconds(30), nanos::get));
    listening.start();
    root.addAppender(listening);
  }

  @AfterEach
  void listenNoMore() {
    root.detachAppender(listening);
    context.resetTurboFilterList();
  }

  @Test
  void manyFailuresOfOneCauseAreALineAtOnceAndOneInEachIntervalWithTheirNumber() {
    for (int i = 0; i < 5; i++) {
      writesInVain(new SQLException("no answer within " + i + " ms"));
    }
    assertThat(said)
        .extracting(ILoggingEvent::getFormattedMessage)
        .singleElement()
        .asString()
        .startsWith("event=journal-fails why=no answer within 0 ms times=1 last=");

    nanos.addAndGet(Duration.ofSeconds(31).toNanos());
    writesInVain(new SQLException("no answer within 9 ms"));
    writesInVain(new SQLException("no answer within 9 ms"));

    assertThat(said).hasSize(2);
    assertThat(said.get(1).getFormattedMessage()).contains(" times=5 ");
    assertThat(said).allMatch(event -> event.getThrowableProxy() == null);
  }

  @Test
  void eachCauseHasItsOwnLine() {
    writesInVain(new SQLException("refused"));
    writesInVain(new SQLException("no room"));
    writesInVain(new SQLException("refused"));

    assertThat(said).hasSize(2);
  }

  @Test
  void whatIsWrongWithOneEntityAloneIsToldAsEver() {
    writesInVain(new NotSerializableException("such an event"));
    writesInVain(new NotSerializableException("such an event"));

    assertThat(said).hasSize(2).allMatch(event -> event.getThrowableProxy() != null);
  }

  /** Each time by another actor, as sharding makes them. */
  private void writesInVain(Exception why) {
    journal.failNextPersisted(why);
    ActorRef<DoorActor.Command> entity =
        KIT.spawn(
            DoorActor.create(
                Clock.systemUTC(),
                System::nanoTime,
                FloodPolicy.of(KIT.system().settings().config()),
                100));
    entity.tell(new DoorActor.Refused("10.0.0.1:1", "no key", 0));
    KIT.createTestProbe().expectTerminated(entity);
  }
}
