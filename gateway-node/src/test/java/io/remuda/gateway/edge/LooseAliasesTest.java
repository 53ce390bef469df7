package io.remuda.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.gateway.routing.Routes;
import io.remuda.protocol.Catalog;
import io.remuda.protocol.Listing;
import io.remuda.protocol.Route;
import io.remuda.protocol.RouteTable;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.model.Phase;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Only for a while after it was found is an alias that leads nowhere waited for. */
class LooseAliasesTest {

  private static final ModelName V1 = new ModelName("chat-v1");
  private static final ModelName V2 = new ModelName("chat-v2");

  private static final ModelName CHAT = new ModelName("chat");
  private static final DeploymentPhase PHASE = DeploymentPhase.READY;

  private final Routes routes = new Routes();
  private final LooseAliases aliases = new LooseAliases(Duration.ofSeconds(2));

  @Test
  void theTimeCountsFromTheFirstRequestThatFoundItSo() {
    assertThat(left(V1, 10)).isEqualTo(Duration.ofSeconds(2));
    assertThat(left(V1, 11)).isEqualTo(Duration.ofSeconds(1));
    assertThat(left(V1, 13)).isZero();
  }

  @Test
  void anotherModelThatIsGoneIsAnotherSwitch() {
    left(V1, 10);

    assertThat(left(V2, 100)).isEqualTo(Duration.ofSeconds(2));
  }

  @Test
  void oneThatLedSomewhereInBetweenIsWaitedForAnew() {
    routes.merge(catalog(Listing.ofAlias(CHAT, 1, 0, PHASE, Optional.of(V1), Instant.EPOCH)));
    left(V1, 10);
    aliases.settled(routes.snapshot());
    assertThat(left(V1, 13)).as("it leads nowhere still").isZero();

    ready(routes, "chat-v1-1");
    aliases.settled(routes.snapshot());

    assertThat(left(V1, 100)).isEqualTo(Duration.ofSeconds(2));
  }

  @Test
  void oneThatIsGoneIsForgotten() {
    left(V1, 10);

    aliases.settled(routes.snapshot());

    assertThat(left(V1, 100)).isEqualTo(Duration.ofSeconds(2));
  }

  @Test
  void whatIsHeardOfModelsSettlesThoseThatRequestsHaveFound() {
    try (HeldStage stage = new HeldStage()) {
      LooseAliases found = stage.handler("").looseAliases();
      stage.routes.merge(
          catalog(Listing.ofAlias(CHAT, 1, 0, PHASE, Optional.of(V1), Instant.EPOCH)));
      found.left("chat", V1, 0);
      long late = Duration.ofHours(1).toNanos();
      assertThat(found.left("chat", V1, late)).as("it leads nowhere still").isZero();

      ready(stage.routes, "chat-v1-1");

      assertThat(found.left("chat", V1, late)).as("another switch").isPositive();
    }
  }

  private static Catalog catalog(Listing listing) {
    return new Catalog(List.of(listing));
  }

  private static void ready(Routes where, String instance) {
    where.merge(
        new RouteTable(
            List.of(
                new Route(
                    InstanceId.of(instance),
                    new MachineId("m1"),
                    1,
                    1,
                    Phase.READY,
                    "127.0.0.1:1",
                    4,
                    Set.of(),
                    true,
                    -1,
                    Optional.empty(),
                    0))));
  }

  private Duration left(ModelName target, int second) {
    return aliases.left("chat", target, Duration.ofSeconds(second).toNanos());
  }
}
