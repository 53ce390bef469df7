package io.remuda.registry.fleet;

import akka.actor.typed.ActorRef;
import io.remuda.protocol.NodeProtocol;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Asks each machine that holds something for a sign of life: one question a tick for all of it. */
final class Pings {

  private final ActorRef<NodeProtocol.Pong> answers;
  private long nonce;

  Pings(ActorRef<NodeProtocol.Pong> answers) {
    this.answers = answers;
  }

  void send(Machines machines, Map<MachineId, List<InstanceId>> instances, Instant now) {
    machines.askedOnly(instances.keySet());
    instances.forEach(
        (machine, here) ->
            machines
                .get(machine)
                .filter(health -> !health.left())
                .ifPresent(
                    health -> {
                      nonce++;
                      machines.pinged(machine, nonce, now);
                      health.agent().tell(new NodeProtocol.Ping(nonce, here, answers));
                    }));
  }
}
