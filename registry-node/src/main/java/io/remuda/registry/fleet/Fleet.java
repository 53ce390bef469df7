package io.remuda.registry.fleet;

import akka.actor.typed.ActorRef;
import io.remuda.protocol.NodeProtocol;
import io.remuda.protocol.id.MachineId;
import io.remuda.registry.placement.FleetSnapshot;
import java.util.Map;
import java.util.Optional;

/**
 * The fleet as the actors of one registry node read it: written by its FleetView alone, replaced as
 * a whole, never locked.
 */
public final class Fleet {

  private record Picture(
      FleetSnapshot snapshot, Map<MachineId, ActorRef<NodeProtocol.Command>> agents) {
    Picture {
      agents = Map.copyOf(agents);
    }
  }

  private volatile Picture picture = new Picture(FleetSnapshot.EMPTY, Map.of());

  public FleetSnapshot snapshot() {
    return picture.snapshot();
  }

  /** Where commands to {@code machine} go. */
  public Optional<ActorRef<NodeProtocol.Command>> agent(MachineId machine) {
    return Optional.ofNullable(picture.agents().get(machine));
  }

  /** Replaces the picture; for FleetView, and for tests in its place. */
  public void show(FleetSnapshot snapshot, Map<MachineId, ActorRef<NodeProtocol.Command>> agents) {
    picture = new Picture(snapshot, agents);
  }
}
