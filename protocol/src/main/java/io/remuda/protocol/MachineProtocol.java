package io.remuda.protocol;

import akka.actor.typed.ActorRef;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.Departure;
import io.remuda.protocol.model.Forecast;
import io.remuda.protocol.model.MachineView;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What a machine's registry actor is asked. The entity id is the machine's id. */
public final class MachineProtocol {

  public static final EntityTypeKey<Command> TYPE_KEY =
      EntityTypeKey.create(Command.class, "Machine");

  private MachineProtocol() {}

  /** Implemented by the registry's own messages too, which never leave a registry node. */
  public interface Command extends WireMessage {}

  /** Take no new instances; answered when the agent obeys, or says that it is out of reach. */
  public record Cordon(MachineId machine, ActorRef<Reply> replyTo) implements Command {}

  public record Uncordon(MachineId machine, ActorRef<Reply> replyTo) implements Command {}

  /**
   * Cordon, and move what runs there elsewhere.
   *
   * @param force also where something that runs there has no other place: it serves on until it has
   */
  public record Drain(MachineId machine, boolean force, ActorRef<Reply> replyTo)
      implements Command {}

  /** Sets some labels and takes others away; those that are in neither stay. */
  public record SetLabels(
      MachineId machine, Map<String, String> labels, Set<String> removed, ActorRef<Reply> replyTo)
      implements Command {
    public SetLabels {
      labels = Map.copyOf(labels);
      removed = Set.copyOf(removed);
    }
  }

  public record Get(MachineId machine, ActorRef<Reply> replyTo) implements Command {}

  /**
   * Give new instances nothing of one GPU; what uses it stays.
   *
   * @param gpu its UUID or its index
   */
  public record CordonGpu(MachineId machine, String gpu, ActorRef<Reply> replyTo)
      implements Command {}

  /**
   * Give new instances nothing of one GPU, and move what uses it elsewhere.
   *
   * @param gpu its UUID or its index
   * @param force as of {@link Drain}
   */
  public record DrainGpu(MachineId machine, String gpu, boolean force, ActorRef<Reply> replyTo)
      implements Command {}

  /**
   * What would come of the machine's instances, or of those of one GPU, if it were left. Nothing is
   * changed.
   *
   * @param gpu its UUID or its index
   */
  public record Foresee(
      MachineId machine, Departure.Kind kind, Optional<String> gpu, ActorRef<Foreseen> replyTo)
      implements Command {}

  /** The answer to {@link Foresee}: one forecast for each name, in their order, or a refusal. */
  public record Foreseen(List<Forecast> forecasts, Optional<Refused> refused)
      implements WireMessage {
    public Foreseen {
      forecasts = List.copyOf(forecasts);
    }
  }

  /** The opposite of {@link CordonGpu} and {@link DrainGpu}. */
  public record UncordonGpu(MachineId machine, String gpu, ActorRef<Reply> replyTo)
      implements Command {}

  /** Exactly one of the two is present. */
  public record Reply(Optional<MachineView> machine, Optional<Refused> refused)
      implements WireMessage {}
}
