package io.remuda.registry.standing;

import static io.remuda.registry.testing.Specs.aSpec;
import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.AskPattern;
import akka.actor.typed.receptionist.Receptionist;
import io.remuda.protocol.Keys;
import io.remuda.protocol.StandingProtocol;
import io.remuda.protocol.StandingProtocol.Describe;
import io.remuda.protocol.StandingProtocol.Standing;
import io.remuda.protocol.cluster.NodeClock;
import io.remuda.protocol.testing.Eventually;
import io.remuda.registry.testing.TestRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a real registry node says of itself and of the clocks around it. */
class RegistryVoiceTest {

  private static final Duration SOON = Duration.ofSeconds(90);

  @TempDir Path data;

  private TestRegistry registry;

  @BeforeEach
  void start() {
    registry =
        TestRegistry.start(data, Map.of("remuda.registry.clock.interval", "100ms")).awaitReady();
  }

  @AfterEach
  void stop() {
    registry.close();
  }

  @Test
  void saysThatItTakesChangesAndHowManyNamesItOwns() {
    for (String name : List.of("one", "two")) {
      assertThat(registry.deploy(aSpec().named(name).replicas(0).build()).refused()).isEmpty();
    }

    // A node that is not run for a while answers without a count.
    Eventually.passes(
        "all that it has is counted", SOON, () -> assertThat(standing().names()).hasValue(2));

    Standing standing = standing();
    assertThat(standing.notReady()).isEmpty();
    assertThat(standing.keysBroken()).isEmpty();
    assertThat(standing.journal()).isEqualTo(registry.node().status().journal());
    assertThat(standing.clocksOff()).isEmpty();
  }

  @Test
  void namesANodeWhoseClockIsAnHourOffUntilItIsSetRight() {
    AtomicReference<Duration> offset = new AtomicReference<>(Duration.ofHours(-1));
    InstantSource wall = () -> Instant.now().plus(offset.get());
    registry.spawn(NodeClock.create(wall), "slow-clock");

    Eventually.passes(
        "it is named",
        SOON,
        () ->
            assertThat(standing().clocksOff())
                .singleElement()
                .satisfies(
                    off -> {
                      assertThat(off.ahead()).isBetween(minutes(-60), minutes(-59));
                      assertThat(off.roles()).containsExactly(Keys.ROLE_REGISTRY);
                      assertThat(off.node()).startsWith("127.0.0.1:");
                    }));

    offset.set(Duration.ZERO);

    Eventually.passes("it is forgiven", SOON, () -> assertThat(standing().clocksOff()).isEmpty());
  }

  private Standing standing() {
    ActorRef<StandingProtocol.Command> voice =
        Eventually.find(
            "the node's voice is found",
            SOON,
            () ->
                TestRegistry.get(
                        AskPattern.<Receptionist.Command, Receptionist.Listing>ask(
                            registry.system().receptionist(),
                            replyTo -> Receptionist.find(StandingProtocol.KEY, replyTo),
                            TestRegistry.ASK,
                            registry.system().scheduler()))
                    .getServiceInstances(StandingProtocol.KEY)
                    .stream()
                    .findFirst());
    return TestRegistry.get(
        AskPattern.<StandingProtocol.Command, Standing>ask(
            voice, Describe::new, TestRegistry.ASK, registry.system().scheduler()));
  }

  private static Duration minutes(int minutes) {
    return Duration.ofMinutes(minutes);
  }
}
