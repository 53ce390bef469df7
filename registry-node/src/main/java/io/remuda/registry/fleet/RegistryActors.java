package io.remuda.registry.fleet;

import akka.actor.typed.ActorRef;
import io.remuda.protocol.FleetProtocol;
import io.remuda.protocol.NodeProtocol;
import io.remuda.protocol.RegistryProtocol;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.NodeReport;
import java.util.List;
import java.util.Optional;

/** The registry's actors that a fleet view speaks to, on whichever node they live. */
public interface RegistryActors {

  /** A word for the owner of a name. */
  void tell(ModelName model, RegistryProtocol.Command command);

  /** A lease was granted an instance of {@code model}, and that name's owner does not hear it. */
  void leaseUnheard(LeaseId lease, ModelName model, long number);

  /** A machine says that it runs instances of this name. */
  void wake(ModelName model);

  /** A machine was heard; {@code view} is where to tell what was decided about it. */
  void machineSeen(
      MachineId machine,
      Optional<ActorRef<NodeProtocol.Command>> agent,
      Optional<NodeReport> report,
      ActorRef<FleetProtocol.Command> view);

  /** An operator gave these machines up; the other registry nodes' views are to know. */
  void lossTold(List<MachineId> machines);

  /** Something about a machine that holds one of its instances has changed. */
  void changed(ActorRef<RegistryProtocol.Command> owner);
}
