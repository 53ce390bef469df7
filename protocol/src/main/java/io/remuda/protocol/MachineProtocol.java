package io.remuda.protocol;

import akka.actor.typed.ActorRef;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.MachineView;
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

  /** Cordon, and move what runs there elsewhere. */
  public record Drain(MachineId machine, ActorRef<Reply> replyTo) implements Command {}

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

  /** The opposite of {@link CordonGpu}. */
  public record UncordonGpu(MachineId machine, String gpu, ActorRef<Reply> replyTo)
      implements Command {}

  /** Exactly one of the two is present. */
  public record Reply(Optional<MachineView> machine, Optional<Refused> refused)
      implements WireMessage {}
}
