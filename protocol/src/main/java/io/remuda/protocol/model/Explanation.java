package io.remuda.protocol.model;

import io.remuda.protocol.WireMessage;
import io.remuda.protocol.id.ModelName;
import java.util.List;
import java.util.Optional;

/**
 * Why a deployment stands where it stands.
 *
 * @param verdicts one for each machine, for one more instance
 * @param history the deployment's own events, oldest first
 */
public record Explanation(
    ModelName name,
    DeploymentPhase phase,
    Optional<String> reason,
    List<Verdict> verdicts,
    List<EventView> history)
    implements WireMessage {
  public Explanation {
    verdicts = List.copyOf(verdicts);
    history = List.copyOf(history);
  }
}
