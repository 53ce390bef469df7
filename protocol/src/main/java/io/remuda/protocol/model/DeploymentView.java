package io.remuda.protocol.model;

import io.remuda.protocol.Absent;
import io.remuda.protocol.WireMessage;
import io.remuda.protocol.id.ModelName;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A deployment as operators see it.
 *
 * @param version of the specification, which {@code If-Match} names
 * @param ready instances that take requests
 * @param reason why it is not READY, in a sentence that says what to do
 * @param selfRegistered whether nobody declared it: machines have the model by themselves
 * @param rollout of this version in another one's place, while it goes on or where it was given up
 * @param scaled how many instances it gives itself; empty where an operator's number holds
 */
public record DeploymentView(
    ModelName name,
    ModelSpec spec,
    long version,
    DeploymentPhase phase,
    int ready,
    Optional<String> reason,
    List<InstanceView> instances,
    Instant createdAt,
    boolean selfRegistered,
    Optional<RolloutView> rollout,
    Optional<ScaleView> scaled)
    implements WireMessage {
  public DeploymentView {
    instances = List.copyOf(instances);
    // Older nodes do not tell.
    rollout = Absent.orEmpty(rollout);
    scaled = Absent.orEmpty(scaled);
  }
}
