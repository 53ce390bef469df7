package io.remuda.registry.fleet;

import io.remuda.protocol.FleetProtocol.Demand;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.ModelDemand;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the gateways last said that their clients ask for: soft state, forgotten when a gateway is
 * silent. Belongs to one actor.
 */
final class Demands {

  private record Word(Demand demand, Instant heard) {}

  private final Duration limit;
  private final Map<String, Word> gateways = new HashMap<>();

  /**
   * @param limit of silence, after which what a gateway said does not count
   */
  Demands(Duration limit) {
    this.limit = limit;
  }

  /** Takes in a gateway's word, unless a later one came before it. */
  void told(Demand demand, Instant now) {
    Word last = gateways.get(demand.gateway());
    if (last == null || last.demand().sequence() < demand.sequence()) {
      gateways.put(demand.gateway(), new Word(demand, now));
    }
  }

  /** All gateways' words together. */
  Map<ModelName, ModelDemand> all(Instant now) {
    gateways.values().removeIf(word -> word.heard().plus(limit).isBefore(now));
    Map<ModelName, ModelDemand> all = new TreeMap<>();
    for (Word word : gateways.values()) {
      word.demand().models().forEach(one -> all.merge(one.model(), one, ModelDemand::and));
    }
    return all;
  }
}
