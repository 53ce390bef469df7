package io.remuda.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import io.remuda.gateway.routing.Routes;
import io.remuda.protocol.Catalog;
import io.remuda.protocol.Listing;
import io.remuda.protocol.Route;
import io.remuda.protocol.RouteTable;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.Defaults;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Relief;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What an operator is told of the models that stand in for another one. */
class ReliefViewsTest {

  private static final ModelName CHAT = new ModelName("chat");

  private final Routes routes = new Routes();

  @Test
  void tellsWhichOfThemArePassedOver() {
    listed(
        CHAT,
        new Relief(
            List.of(new ModelName("gone"), new ModelName("asleep"), new ModelName("small")),
            Optional.of(new Relief.Shadow(new ModelName("small"), 0.05))));
    listed(new ModelName("asleep"), Relief.NONE);
    ready("small-1");

    ArrayNode told = ReliefViews.of(routes.snapshot(), CHAT, name -> true);

    assertThat(told)
        .extracting(one -> one.path("as").asText() + " " + one.path("text").asText())
        .containsExactly(
            "fallback it is not deployed, so it is passed over",
            "fallback no instance of it is ready, so it is passed over",
            "fallback it takes requests",
            "shadow it takes requests");
    assertThat(told.get(3).path("share").asDouble()).isEqualTo(0.05);
  }

  @Test
  void whoeverMayNotKnowOfOneIsNotToldOfIt() {
    listed(
        CHAT,
        new Relief(
            List.of(new ModelName("theirs"), new ModelName("small")),
            Optional.of(new Relief.Shadow(new ModelName("theirs"), 1))));

    assertThat(ReliefViews.of(routes.snapshot(), CHAT, new ModelName("small")::equals))
        .singleElement()
        .satisfies(one -> assertThat(one.path("model").asText()).isEqualTo("small"));
  }

  private void ready(String instance) {
    routes.merge(
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

  private void listed(ModelName name, Relief relief) {
    routes.merge(
        new Catalog(
            List.of(
                new Listing(
                    name,
                    1,
                    0,
                    1,
                    DeploymentPhase.READY,
                    "command",
                    Optional.empty(),
                    1,
                    0,
                    Optional.empty(),
                    OptionalInt.empty(),
                    Optional.empty(),
                    Instant.EPOCH,
                    false,
                    false,
                    Map.of(),
                    false,
                    Optional.empty(),
                    Optional.empty(),
                    Set.of(),
                    relief,
                    0,
                    Defaults.NONE))));
  }
}
