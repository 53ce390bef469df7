package io.remuda.registry.fleet;

import akka.actor.Address;
import akka.actor.typed.ActorRef;
import io.remuda.protocol.Absent;
import io.remuda.protocol.FleetProtocol;
import io.remuda.protocol.Listing;
import io.remuda.protocol.RegistryProtocol;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.Capacity;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What fleet views hear besides {@link FleetProtocol}: from the registry's own actors. */
public interface FleetMessage extends FleetProtocol.Command {

  /** Which instances a registry actor of this node owns; replaces what it said before. */
  record Watch(
      ModelName model,
      Map<InstanceId, MachineId> instances,
      ActorRef<RegistryProtocol.Command> owner)
      implements FleetMessage {
    public Watch {
      instances = Collections.unmodifiableMap(new TreeMap<>(instances));
    }
  }

  /** This node is a full member from now on: machines can be heard here. */
  enum Joined implements FleetMessage {
    JOINED
  }

  /** Who belongs to the cluster and who of them does not answer. */
  record MembersSeen(Set<Address> members, Set<Address> unreachable) implements FleetMessage {
    public MembersSeen {
      members = Set.copyOf(members);
      unreachable = Set.copyOf(unreachable);
    }
  }

  /** What a machine said of its capacity in its answer to a registry actor of this node. */
  record CapacityTold(MachineId machine, Capacity capacity) implements FleetMessage {}

  /**
   * What was decided about a machine; told by its registry actor, from any registry node.
   *
   * @param drainingGpus UUIDs of GPUs that are to be empty
   */
  record MachineDecided(
      MachineId machine, long version, boolean cordoned, boolean draining, Set<String> drainingGpus)
      implements FleetMessage {
    public MachineDecided {
      drainingGpus = Absent.orEmpty(drainingGpus);
    }
  }

  /** An operator told another registry node's view that these machines are gone for good. */
  record LossTold(List<MachineId> machines) implements FleetMessage {
    public LossTold {
      machines = List.copyOf(machines);
    }
  }

  /** For the owner of a name, wherever it lives; from a registry actor of this node. */
  record ToOwner(ModelName name, RegistryProtocol.Command command) implements FleetMessage {}

  /**
   * A lease that has an instance of a name, or has brought its deployment, is not heard of it; for
   * the lease, from the name's actor on this node.
   *
   * @param number under which it was granted; 0 when it has none and has brought the deployment
   */
  record LeaseUnheard(LeaseId lease, ModelName model, long number) implements FleetMessage {}

  /** Lines of the fleet's catalog, as this node first knows them and when they change. */
  record Listed(List<Listing> lines) implements FleetMessage {
    public Listed {
      lines = List.copyOf(lines);
    }
  }

  /**
   * A name's last events, and those with {@code numbers} before them; for a registry actor of this
   * node.
   */
  record ReadStory(
      ModelName name, int limit, Set<Long> numbers, ActorRef<FleetProtocol.Events> replyTo)
      implements FleetMessage {
    public ReadStory {
      numbers = Set.copyOf(numbers);
    }
  }
}
