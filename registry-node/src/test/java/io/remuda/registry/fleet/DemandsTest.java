package io.remuda.registry.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.FleetProtocol.Demand;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.ModelDemand;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What gateways ask for, taken together. */
class DemandsTest {

  private static final ModelName CHAT = new ModelName("chat");
  private static final Instant NOW = Instant.EPOCH;

  private final Demands demands = new Demands(Duration.ofSeconds(5));

  @Test
  void requestsOfAllGatewaysAddUpAndTasksDoNot() {
    demands.told(new Demand("a", 1, List.of(wish(3, 7, 100))), NOW);
    demands.told(new Demand("b", 1, List.of(wish(2, 8, 300))), NOW);

    assertThat(demands.all(NOW)).containsEntry(CHAT, wish(5, 8, 300));
  }

  @Test
  void aLaterWordTakesThePlaceOfAnEarlierOneAndNeverTheOtherWay() {
    demands.told(new Demand("a", 2, List.of()), NOW);
    demands.told(new Demand("a", 1, List.of(wish(3, 0, 100))), NOW);

    assertThat(demands.all(NOW)).isEmpty();
  }

  @Test
  void whatASilentGatewaySaidIsForgotten() {
    demands.told(new Demand("a", 1, List.of(wish(3, 0, 100))), NOW);

    assertThat(demands.all(NOW.plusSeconds(5))).containsKey(CHAT);
    assertThat(demands.all(NOW.plusSeconds(6))).isEmpty();
  }

  private static ModelDemand wish(int waiting, int tasks, long millis) {
    return new ModelDemand(CHAT, waiting, tasks, Optional.of(Duration.ofMillis(millis)));
  }
}
