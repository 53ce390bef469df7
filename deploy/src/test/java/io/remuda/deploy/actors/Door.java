package io.remuda.deploy.actors;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import io.remuda.deploy.check.Observation.Obeyed;
import io.remuda.node.agent.NodeAgent;
import io.remuda.protocol.NodeProtocol;
import io.remuda.protocol.id.MachineId;

/**
 * Where the registry's commands to a machine come in: they and their answers take the wire, and
 * what its agent obeys is seen.
 */
final class Door {

  private final Stage stage;
  private final MachineId machine;

  private Door(Stage stage, MachineId machine) {
    this.stage = stage;
    this.machine = machine;
  }

  static Behavior<NodeProtocol.Command> create(
      Stage stage, MachineId machine, ActorRef<NodeAgent.Command> agent) {
    Door door = new Door(stage, machine);
    return Behaviors.receiveMessage(
        command -> {
          stage
              .wire()
              .send(
                  Registry.NAME,
                  machine.value(),
                  command,
                  read -> agent.tell(new NodeAgent.Obey(door.answeredByWire(read))));
          return Behaviors.same();
        });
  }

  private NodeProtocol.Command answeredByWire(NodeProtocol.Command command) {
    if (command instanceof NodeProtocol.StartInstance c) {
      return new NodeProtocol.StartInstance(
          c.id(),
          c.epoch(),
          c.journal(),
          c.spec(),
          c.claim(),
          c.revision(),
          c.patience(),
          started(back(c.replyTo())));
    } else if (command instanceof NodeProtocol.StopInstance c) {
      return new NodeProtocol.StopInstance(
          c.id(), c.epoch(), c.journal(), c.drain(), stopped(back(c.replyTo())));
    } else if (command instanceof NodeProtocol.Ping c) {
      return new NodeProtocol.Ping(c.nonce(), c.instances(), back(c.replyTo()));
    } else if (command instanceof NodeProtocol.DescribeModel c) {
      return new NodeProtocol.DescribeModel(c.spec(), back(c.replyTo()));
    }
    NodeProtocol.SetMachineState c = (NodeProtocol.SetMachineState) command;
    return new NodeProtocol.SetMachineState(
        c.journal(), c.version(), c.cordoned(), c.labels(), c.cordonedGpus(), back(c.replyTo()));
  }

  private <T> ActorRef<T> back(ActorRef<T> asker) {
    return stage.wire().back(machine.value(), Registry.NAME, asker);
  }

  private ActorRef<NodeProtocol.StartReply> started(ActorRef<NodeProtocol.StartReply> asker) {
    return stage.seeing(
        asker,
        reply -> {
          if (reply.refused().isEmpty()) {
            stage.tale().see(new Obeyed(stage.now(), machine, reply.id(), reply.epoch()));
          } else {
            stage.tale().tell(machine.value(), "refuses " + reply.id() + ": " + code(reply));
          }
        });
  }

  private static String code(NodeProtocol.StartReply reply) {
    return reply.refused().map(why -> why.code().name()).orElse("");
  }

  private ActorRef<NodeProtocol.StopReply> stopped(ActorRef<NodeProtocol.StopReply> asker) {
    return stage.seeing(
        asker,
        reply -> {
          if (reply.refused().isEmpty()) {
            stage.tale().see(new Obeyed(stage.now(), machine, reply.id(), reply.epoch()));
          }
        });
  }
}
