package io.remuda.protocol;

import akka.actor.typed.ActorRef;
import akka.actor.typed.receptionist.ServiceKey;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.EventView;
import io.remuda.protocol.model.InstanceView;
import io.remuda.protocol.model.MachineView;
import io.remuda.protocol.model.ModelDemand;
import io.remuda.protocol.model.NodeReport;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What a registry node's view of the fleet is told by machines and asked by gateways. */
public final class FleetProtocol {

  /** Under this key the view of each registry node is found. */
  public static final ServiceKey<Command> FLEET_KEY =
      ServiceKey.create(Command.class, "remuda-fleet-view");

  private FleetProtocol() {}

  /** Implemented by the registry's own messages too, which never leave a registry node. */
  public interface Command extends WireMessage {}

  /** A machine's word on itself; {@code agent} is where its commands go. */
  public record Report(NodeReport report, ActorRef<NodeProtocol.Command> agent)
      implements Command {}

  /** A machine leaves in good order: its instances have ended or stay for the next JVM. */
  public record Leaving(MachineId machine, long incarnation) implements Command {}

  public record ListMachines(ActorRef<Machines> replyTo) implements Command {}

  public record ListInstances(ActorRef<Instances> replyTo) implements Command {}

  /**
   * Events after {@code after}, oldest first; waits up to {@code patience} for the first one.
   *
   * @param subject only those of one deployment, machine or key
   */
  public record ReadEvents(
      long after, int limit, Optional<String> subject, Duration patience, ActorRef<Events> replyTo)
      implements Command {}

  /**
   * The last events there are now, oldest of them first; waits for none.
   *
   * @param subject only those of one deployment, machine or key
   */
  public record ReadNewest(int limit, Optional<String> subject, ActorRef<Events> replyTo)
      implements Command {}

  /**
   * The machines that fell silent at once are gone for good: what ran there is placed elsewhere
   * now, and not when the mass-loss brake lets go. Any registry node's view tells the others.
   */
  public record ConfirmLoss(ActorRef<LossConfirmed> replyTo) implements Command {}

  public record Machines(List<MachineView> machines) implements WireMessage {
    public Machines {
      machines = List.copyOf(machines);
    }
  }

  /**
   * The loss is confirmed.
   *
   * @param machines which are given up; none when the brake did not hold
   */
  public record LossConfirmed(List<MachineId> machines) implements WireMessage {
    public LossConfirmed {
      machines = List.copyOf(machines);
    }
  }

  public record Instances(List<InstanceView> instances) implements WireMessage {
    public Instances {
      instances = List.copyOf(instances);
    }
  }

  /** Ends with {@code refused} when the journal cannot be read. */
  public record Events(List<EventView> events, Optional<Refused> refused) implements WireMessage {
    public Events {
      events = List.copyOf(events);
    }
  }

  /**
   * What a gateway's clients ask for, told again each second to every registry node's view; what is
   * not told counts as nothing asked.
   *
   * @param gateway of one start of a gateway
   * @param sequence rises with each word of that gateway
   * @param models those of which something is asked
   */
  public record Demand(String gateway, long sequence, List<ModelDemand> models) implements Command {
    public Demand {
      models = List.copyOf(models);
    }
  }
}
