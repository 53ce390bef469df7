package io.remuda.protocol;

import akka.actor.typed.ActorRef;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.JournalId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.Capacity;
import io.remuda.protocol.model.InstanceReport;
import io.remuda.protocol.model.LeaseToken;
import io.remuda.protocol.model.ModelFile;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.Resources;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a machine's agent is asked, and what it answers. Every command is idempotent: an agent that
 * gets it twice answers twice and acts once.
 */
public final class NodeProtocol {

  private NodeProtocol() {}

  public sealed interface Command extends WireMessage {}

  /**
   * Reserve the claim and start an instance. Answered by {@link StartReply} as soon as the
   * reservation is decided; the start itself shows in reports.
   *
   * @param epoch refused when lower than the highest seen for this id
   * @param journal whose command it is; an agent obeys only one
   * @param revision of {@code spec}; 0 from a registry that does not say
   * @param patience always empty, and not looked at: what does not fit now is refused. Room is
   *     waited for where another machine can still be chosen, by the model's own actor
   */
  public record StartInstance(
      InstanceId id,
      long epoch,
      JournalId journal,
      ModelSpec spec,
      Resources claim,
      long revision,
      Optional<Duration> patience,
      ActorRef<StartReply> replyTo)
      implements Command {
    public StartInstance {
      patience = Absent.orEmpty(patience);
    }
  }

  /**
   * Drain for at most {@code drain}, then end the instance and free its claim.
   *
   * @param epoch at least that of the start
   */
  public record StopInstance(
      InstanceId id, long epoch, JournalId journal, Duration drain, ActorRef<StopReply> replyTo)
      implements Command {}

  /** One message per machine and tick, for all instances that its sender is responsible for. */
  public record Ping(long nonce, List<InstanceId> instances, ActorRef<Pong> replyTo)
      implements Command {
    public Ping {
      instances = List.copyOf(instances);
    }
  }

  /** Look at a model's files, without placing anything. */
  public record DescribeModel(ModelSpec spec, ActorRef<Described> replyTo) implements Command {}

  /**
   * The machine's hard state as the registry holds it; until the first one no start is accepted.
   *
   * @param cordonedGpus UUIDs of those of which new instances get nothing
   */
  public record SetMachineState(
      JournalId journal,
      long version,
      boolean cordoned,
      Map<String, String> labels,
      Set<String> cordonedGpus,
      ActorRef<MachineStateSet> replyTo)
      implements Command {
    public SetMachineState {
      labels = Map.copyOf(labels);
      cordonedGpus = Absent.orEmpty(cordonedGpus);
    }
  }

  /** The answer to {@link StartInstance}; fresh capacity saves the registry a wait for a report. */
  public record StartReply(
      InstanceId id, long epoch, MachineId machine, Optional<Refused> refused, Capacity capacity)
      implements WireMessage {}

  /** The answer to {@link StopInstance}; sent when the instance has ended or was not there. */
  public record StopReply(
      InstanceId id, long epoch, MachineId machine, Optional<Refused> refused, Capacity capacity)
      implements WireMessage {}

  /** The answer to {@link Ping}: of the asked instances those that the machine knows. */
  public record Pong(
      long nonce, MachineId machine, long incarnation, List<InstanceReport> instances)
      implements WireMessage {
    public Pong {
      instances = List.copyOf(instances);
    }
  }

  /** The answer to {@link DescribeModel}: exactly one of the two is present. */
  public record Described(MachineId machine, Optional<ModelFile> file, Optional<Refused> refused)
      implements WireMessage {}

  /** The answer to {@link SetMachineState}, when the agent obeys it. */
  public record MachineStateSet(MachineId machine, long version, Optional<Refused> refused)
      implements WireMessage {}

  /**
   * Keep an instance, or some of its slots, for the holder of {@code grant} alone. Answered when
   * nobody else's call is under way there any more and the number would outlive this JVM; the time
   * to live counts from then, by the machine's own clock. The same again renews it.
   *
   * @param grant refused when its number is lower than the highest that the instance was told, or
   *     when the instance has let go of it before
   * @param ttl from 1 ms on
   * @param slots how many are kept, while the others are everybody's; 0: the whole instance
   */
  public record HoldInstance(
      InstanceId id,
      JournalId journal,
      LeaseToken grant,
      Duration ttl,
      ActorRef<HoldReply> replyTo,
      int slots)
      implements Command {

    /** Of the whole instance. */
    public HoldInstance(
        InstanceId id,
        JournalId journal,
        LeaseToken grant,
        Duration ttl,
        ActorRef<HoldReply> replyTo) {
      this(id, journal, grant, ttl, replyTo, 0);
    }
  }

  /**
   * Let go of what {@code grant} holds: calls under it are cut off. One that was never heard of is
   * never held from now on.
   */
  public record ReleaseInstance(
      InstanceId id, JournalId journal, LeaseToken grant, ActorRef<HoldReply> replyTo)
      implements Command {}

  /**
   * The answer to {@link HoldInstance} and {@link ReleaseInstance}.
   *
   * @param highest number that the instance was told so far; 0 where there is none
   */
  public record HoldReply(
      InstanceId id, LeaseToken grant, MachineId machine, long highest, Optional<Refused> refused)
      implements WireMessage {}
}
