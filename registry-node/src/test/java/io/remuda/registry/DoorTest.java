package io.remuda.registry;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.persistence.testkit.javadsl.EventSourcedBehaviorTestKit;
import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.cluster.FloodPolicy;
import io.remuda.registry.door.DoorActor;
import io.remuda.registry.door.DoorEvent;
import io.remuda.registry.door.DoorState;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Who is turned away stands in the journal, and a flood of them does not fill it. */
class DoorTest {

  private static final Instant AT = Instant.parse("2026-01-01T00:00:00Z");
  private static final ActorTestKit KIT =
      ActorTestKit.create(
          EventSourcedBehaviorTestKit.config()
              .withFallback(ConfigFactory.parseString("akka.actor.provider = local"))
              .withFallback(ConfigFactory.parseResources("remuda-registry-akka.conf"))
              .withFallback(ConfigFactory.load())
              .resolve());

  private final AtomicLong nanos = new AtomicLong();
  private final EventSourcedBehaviorTestKit<DoorActor.Command, DoorEvent, DoorState> door =
      EventSourcedBehaviorTestKit.create(
          KIT.system(),
          DoorActor.create(
              Clock.fixed(AT, ZoneOffset.UTC),
              nanos::get,
              new FloodPolicy(Duration.ofMinutes(1), 3),
              100));

  @AfterAll
  static void end() {
    KIT.shutdownTestKit();
  }

  @Test
  void oneLineAMinuteForAnAddressSaysHowManyWereKeptQuiet() {
    door.clear();
    var first = door.runCommand(refused("192.0.2.7", 4));
    assertThat(first.events())
        .containsExactly(new DoorEvent.NodeRefused("192.0.2.7", "no certificate", 4, AT));

    for (int i = 0; i < 50; i++) {
      assertThat(door.runCommand(refused("192.0.2.7", 0)).hasNoEvents()).isTrue();
    }
    nanos.addAndGet(Duration.ofSeconds(61).toNanos());

    assertThat(door.runCommand(refused("192.0.2.7", 1)).events())
        .containsExactly(new DoorEvent.NodeRefused("192.0.2.7", "no certificate", 51, AT));
  }

  @Test
  void aFloodFromManyAddressesWritesNoMoreThanItMay() {
    door.clear();
    long written = 0;
    for (int i = 0; i < 200; i++) {
      written += door.runCommand(refused("198.51.100." + i, 0)).events().size();
    }
    assertThat(written).isEqualTo(3);
  }

  private static DoorActor.Command refused(String remote, long unsaid) {
    return new DoorActor.Refused(remote, "no certificate", unsaid);
  }
}
