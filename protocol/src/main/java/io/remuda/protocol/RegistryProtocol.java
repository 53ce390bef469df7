package io.remuda.protocol;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.sharding.typed.javadsl.Entity;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import akka.cluster.typed.Cluster;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.AliasView;
import io.remuda.protocol.model.Departure;
import io.remuda.protocol.model.DeploymentView;
import io.remuda.protocol.model.Explanation;
import io.remuda.protocol.model.Forecast;
import io.remuda.protocol.model.ModelSpec;
import java.util.List;
import java.util.Optional;

/**
 * What a deployment's registry actor is asked. The entity id is the name. An accepted change is in
 * the journal before the answer leaves.
 */
public final class RegistryProtocol {

  /** Number of shards, for ever. */
  public static final int SHARDS = 128;

  public static final EntityTypeKey<Command> TYPE_KEY =
      EntityTypeKey.create(Command.class, "Model");

  private RegistryProtocol() {}

  /**
   * Lets a node without the role registry reach the registry's entities by {@code
   * ClusterSharding.entityRefFor}. On a registry node it does nothing: there they live.
   */
  public static void initProxies(ActorSystem<?> system) {
    if (Cluster.get(system).selfMember().hasRole(Keys.ROLE_REGISTRY)) {
      return;
    }
    ClusterSharding sharding = ClusterSharding.get(system);
    initProxy(sharding, TYPE_KEY);
    initProxy(sharding, MachineProtocol.TYPE_KEY);
    initProxy(sharding, AccessProtocol.TYPE_KEY);
    initProxy(sharding, LeaseProtocol.TYPE_KEY);
    initProxy(sharding, AuditProtocol.TYPE_KEY);
    initProxy(sharding, AllowanceProtocol.TYPE_KEY);
    initProxy(sharding, UsageProtocol.TYPE_KEY);
  }

  private static <M> void initProxy(ClusterSharding sharding, EntityTypeKey<M> key) {
    // Never runs here: the role sends every entity elsewhere.
    sharding.init(Entity.of(key, entity -> Behaviors.<M>stopped()).withRole(Keys.ROLE_REGISTRY));
  }

  /** Implemented by the registry's own messages too, which never leave a registry node. */
  public interface Command extends WireMessage {}

  /**
   * Declare or change a deployment.
   *
   * @param ifMatch the version that the caller has seen; required to change a specification
   * @param evolve whether another schema is taken where it only adds to the present one
   * @param lease that brings it: then it is declared only where nobody has the name; empty: an
   *     operator's
   */
  public record Deploy(
      ModelSpec spec,
      Optional<Long> ifMatch,
      boolean evolve,
      Optional<LeaseId> lease,
      ActorRef<Reply> replyTo)
      implements Command {

    public Deploy {
      lease = Absent.orEmpty(lease);
    }

    /** An operator's. */
    public Deploy(ModelSpec spec, Optional<Long> ifMatch, boolean evolve, ActorRef<Reply> replyTo) {
      this(spec, ifMatch, evolve, Optional.empty(), replyTo);
    }
  }

  public record Scale(ModelName name, int replicas, ActorRef<Reply> replyTo) implements Command {}

  /**
   * Remove the declaration and all instances.
   *
   * @param ofLease whether the lease that brought it is over: then it goes though others need it
   * @param lease that it must have been brought by; empty of an operator, and of a lease that was
   *     brought by a version which did not write down whose it is
   */
  public record Remove(
      ModelName name, boolean ofLease, Optional<LeaseId> lease, ActorRef<Reply> replyTo)
      implements Command {

    public Remove {
      lease = Absent.orEmpty(lease);
    }

    /** An operator's. */
    public Remove(ModelName name, ActorRef<Reply> replyTo) {
      this(name, false, Optional.empty(), replyTo);
    }
  }

  public record Get(ModelName name, ActorRef<Reply> replyTo) implements Command {}

  /**
   * A machine has this model by itself. Sent at start, on change and then again and again: each
   * time it says the same, and a machine that has not said it for long is taken off.
   *
   * @param spec with the schema; its replicas do not count
   */
  public record Register(ModelSpec spec, MachineId machine, ActorRef<Registered> replyTo)
      implements Command {}

  /** The machine does not have the model any more. */
  public record Unregister(ModelName name, MachineId machine, String reason) implements Command {}

  /**
   * The answer to {@link Register}.
   *
   * @param earlier fingerprints of the schemas that a taken one took the place of by adding to
   *     them: their tasks may still wait
   */
  public record Registered(
      ModelName name, MachineId machine, Optional<Refused> refused, List<String> earlier)
      implements WireMessage {

    public Registered {
      earlier = List.copyOf(earlier);
    }

    public static Registered refused(ModelName name, MachineId machine, Refused why) {
      return new Registered(name, machine, Optional.of(why), List.of());
    }
  }

  public record Explain(ModelName name, ActorRef<Explained> replyTo) implements Command {}

  /**
   * Take a rollout back that goes on or was given up: what served before it is declared again.
   * Without one, the version that served before the last one is rolled out again.
   */
  public record RollBack(ModelName name, ActorRef<Reply> replyTo) implements Command {}

  /** Let a version that is a canary take the old one's place, as an ordinary rollout does. */
  public record Promote(ModelName name, ActorRef<Reply> replyTo) implements Command {}

  /**
   * Give a canary another share of the requests.
   *
   * @param percent 0 to 100
   */
  public record SetCanary(ModelName name, int percent, ActorRef<Reply> replyTo)
      implements Command {}

  /** Try the model again on a machine where its engine ran out of memory. */
  public record RetryOn(ModelName name, MachineId machine, ActorRef<Reply> replyTo)
      implements Command {}

  /** What {@link Deploy} would come to. Nothing is changed; machines may be asked of the model. */
  public record ForeseeDeploy(
      ModelSpec spec, Optional<Long> ifMatch, boolean evolve, ActorRef<Foreseen> replyTo)
      implements Command {}

  /**
   * What would come of the name's instances if a machine, or a GPU of it, were left. Nothing is
   * changed.
   *
   * @param before what other names would have taken and given back by then
   */
  public record ForeseeDeparture(
      ModelName name, Departure departure, List<Forecast.Shift> before, ActorRef<Foreseen> replyTo)
      implements Command {
    public ForeseeDeparture {
      before = List.copyOf(before);
    }
  }

  /**
   * The answer to {@link ForeseeDeploy} and {@link ForeseeDeparture}: exactly one of forecast and
   * refusal is present.
   *
   * @param shifts what the name would have taken and given back
   */
  public record Foreseen(
      Optional<Forecast> forecast, List<Forecast.Shift> shifts, Optional<Refused> refused)
      implements WireMessage {
    public Foreseen {
      shifts = List.copyOf(shifts);
    }

    public static Foreseen refused(Refused refused) {
      return new Foreseen(Optional.empty(), List.of(), Optional.of(refused));
    }
  }

  /**
   * Let the name stand for {@code target}, a model. Set again to another target it stands for that
   * one from then on.
   *
   * @param ifMatch the version that the caller has seen; empty: whatever there is
   */
  public record SetAlias(
      ModelName name, ModelName target, Optional<Long> ifMatch, ActorRef<AliasReply> replyTo)
      implements Command {

    public SetAlias {
      ifMatch = Absent.orEmpty(ifMatch);
    }
  }

  /** Let the name stand for nothing. */
  public record RemoveAlias(ModelName name, ActorRef<AliasReply> replyTo) implements Command {}

  public record GetAlias(ModelName name, ActorRef<AliasReply> replyTo) implements Command {}

  /** Exactly one of the two is present. */
  public record AliasReply(Optional<AliasView> alias, Optional<Refused> refused)
      implements WireMessage {

    public AliasReply {
      alias = Absent.orEmpty(alias);
      refused = Absent.orEmpty(refused);
    }

    public static AliasReply of(AliasView alias) {
      return new AliasReply(Optional.of(alias), Optional.empty());
    }

    public static AliasReply refused(Refused refused) {
      return new AliasReply(Optional.empty(), Optional.of(refused));
    }
  }

  /** Exactly one of the two is present, but for a conflict, which shows what is there. */
  public record Reply(Optional<DeploymentView> deployment, Optional<Refused> refused)
      implements WireMessage {

    public static Reply of(DeploymentView deployment) {
      return new Reply(Optional.of(deployment), Optional.empty());
    }

    public static Reply refused(Refused refused) {
      return new Reply(Optional.empty(), Optional.of(refused));
    }
  }

  public record Explained(Optional<Explanation> explanation, Optional<Refused> refused)
      implements WireMessage {}

  /**
   * Requests wait at a gateway for a name that has no instance. One that sleeps starts then; to all
   * others it says nothing new. Not answered: the gateway says it again each second.
   *
   * @param waiting how many at that gateway
   */
  public record Wanted(ModelName name, int waiting) implements Command {}
}
