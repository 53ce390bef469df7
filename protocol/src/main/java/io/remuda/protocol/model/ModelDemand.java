package io.remuda.protocol.model;

import io.remuda.protocol.WireMessage;
import io.remuda.protocol.id.ModelName;
import java.time.Duration;
import java.util.Optional;

/**
 * What clients ask of one model beyond what its instances have.
 *
 * @param waiting requests that gateways hold for it
 * @param tasks durable tasks in its queue; each gateway reads the same one
 * @param firstToken 90th percentile of the time from an instance's being asked to its stream's
 *     first bytes, of the last seconds; empty where there was no stream
 */
public record ModelDemand(ModelName model, int waiting, int tasks, Optional<Duration> firstToken)
    implements WireMessage {

  public static ModelDemand none(ModelName model) {
    return new ModelDemand(model, 0, 0, Optional.empty());
  }

  /** Whether nothing is asked and nothing is known. */
  public boolean isNothing() {
    return waiting == 0 && tasks == 0 && firstToken.isEmpty();
  }

  /** With what another gateway says of the same model. */
  public ModelDemand and(ModelDemand other) {
    return new ModelDemand(
        model,
        waiting + other.waiting,
        Math.max(tasks, other.tasks),
        firstToken
            .flatMap(
                mine -> other.firstToken.map(theirs -> mine.compareTo(theirs) >= 0 ? mine : theirs))
            .or(() -> firstToken)
            .or(() -> other.firstToken));
  }
}
