package io.remuda.registry.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import io.remuda.protocol.Listing;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.Defaults;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.model.Keep;
import io.remuda.protocol.model.Relief;
import io.remuda.protocol.testing.Eventually;
import io.remuda.registry.model.RegistryMessage;
import io.remuda.registry.testing.Reports;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** What a fleet view knows of what may take models' places, and whom it passes words on to. */
class KeepsTest {

  private static final ActorTestKit KIT = ViewWorld.kit("keeps");
  private static final ModelName CHAT = new ModelName("chat");
  private static final Duration SOON = Duration.ofSeconds(10);

  private final ViewWorld world = new ViewWorld(KIT);
  private long sequence;

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  @Test
  void showsWhatTheCatalogSaysUntilTheNameHasEnded() {
    listed(DeploymentPhase.READY, Optional.of(new Keep(true, 7)));
    shows(Optional.of(new Keep(true, 7)));

    listed(DeploymentPhase.ENDED, Optional.empty());

    shows(Optional.empty());
  }

  @Test
  void knowsNothingOfANameWhoseOwnerDoesNotSay() {
    listed(DeploymentPhase.READY, Optional.of(Keep.DEFAULT));
    shows(Optional.of(Keep.DEFAULT));

    listed(DeploymentPhase.READY, Optional.empty());

    shows(Optional.empty());
  }

  @Test
  void passesAWordOnToTheOwnerOfAName() {
    RegistryMessage.RoomMade word = new RegistryMessage.RoomMade(CHAT);

    world.view.tell(new FleetMessage.ToOwner(CHAT, word));

    Eventually.isTrue("it is passed on", SOON, () -> world.toOwners.contains(word));
  }

  @Test
  void passesOnThatALeaseIsNotHeard() {
    world.view.tell(new FleetMessage.LeaseUnheard(new LeaseId("9f3a61"), CHAT, 7));

    Eventually.isTrue(
        "it is passed on", SOON, () -> world.unheard.contains("9f3a61 has chat under 7"));
  }

  private void listed(DeploymentPhase phase, Optional<Keep> keep) {
    world.view.tell(
        new FleetMessage.Listed(
            List.of(
                new Listing(
                    CHAT,
                    1,
                    0,
                    1,
                    phase,
                    "fake",
                    Optional.empty(),
                    1,
                    1,
                    Optional.empty(),
                    OptionalInt.empty(),
                    Optional.empty(),
                    Instant.EPOCH,
                    false,
                    false,
                    Map.of(),
                    false,
                    keep,
                    Optional.empty(),
                    Set.of(),
                    Relief.NONE,
                    2,
                    Defaults.NONE))));
    world.report(Reports.of("m1").sequence(++sequence));
  }

  private void shows(Optional<Keep> keep) {
    Eventually.passes(
        "it is shown",
        SOON,
        () -> {
          assertThat(world.fleet.snapshot().keep(CHAT)).isEqualTo(keep);
          // Who may not be asked to give way need not say how many it has to spare.
          assertThat(world.fleet.snapshot().spares())
              .isEqualTo(keep.isPresent() ? Map.of(CHAT, 2) : Map.of());
        });
  }
}
