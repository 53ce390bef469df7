package io.remuda.registry.fleet;

import akka.actor.typed.ActorRef;
import io.remuda.protocol.FleetProtocol.Instances;
import io.remuda.protocol.FleetProtocol.ListInstances;
import io.remuda.protocol.FleetProtocol.ListMachines;
import io.remuda.protocol.FleetProtocol.Machines;
import io.remuda.protocol.FleetProtocol.ReadEvents;
import io.remuda.protocol.FleetProtocol.ReadNewest;
import io.remuda.protocol.id.MachineId;
import io.remuda.registry.fleet.FleetMessage.MachineDecided;
import io.remuda.registry.journal.EventTail;
import java.time.Duration;
import java.util.Map;

/** Answers those who only look: what there is, what runs where, and what happened. */
final class FleetAnswers {

  private final Fleet fleet;
  private final Duration suspectAfter;
  private final ActorRef<EventTail.Command> events;

  FleetAnswers(Fleet fleet, Duration suspectAfter, ActorRef<EventTail.Command> events) {
    this.fleet = fleet;
    this.suspectAfter = suspectAfter;
    this.events = events;
  }

  void machines(ListMachines wish, Map<MachineId, MachineDecided> decided) {
    wish.replyTo().tell(new Machines(MachineList.of(fleet.snapshot(), decided, suspectAfter)));
  }

  void instances(ListInstances wish) {
    wish.replyTo().tell(new Instances(InstanceList.of(fleet.snapshot(), suspectAfter)));
  }

  void events(ReadEvents wish) {
    events.tell(new EventTail.Read(wish));
  }

  void newest(ReadNewest wish) {
    events.tell(new EventTail.Newest(wish));
  }

  void story(FleetMessage.ReadStory wish) {
    events.tell(new EventTail.Story(wish.name(), wish.limit(), wish.numbers(), wish.replyTo()));
  }
}
