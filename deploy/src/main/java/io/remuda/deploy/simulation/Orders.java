package io.remuda.deploy.simulation;

import akka.actor.typed.ActorRef;
import io.remuda.deploy.check.Observation.StartSent;
import io.remuda.protocol.NodeProtocol;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.Capacity;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.registry.fleet.FleetMessage.CapacityTold;
import io.remuda.registry.model.Action;
import io.remuda.registry.model.Declaration;
import io.remuda.registry.model.Instance;
import io.remuda.registry.model.RegistryMessage;
import io.remuda.registry.model.RegistryMessage.StartAnswered;
import io.remuda.registry.model.RegistryMessage.StopAnswered;
import io.remuda.registry.model.TenancyMessage;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** An owner's commands to machines, each with its answer or, after a while, none. */
final class Orders {

  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(10);

  private final World world;
  private final RegistryShell node;
  private final ModelOwner owner;

  Orders(World world, RegistryShell node, ModelOwner owner) {
    this.world = world;
    this.node = node;
    this.owner = owner;
  }

  void send(Action action) {
    if (action instanceof Action.AskToGiveWay wish) {
      wish.ids().forEach(id -> askToGiveWay(wish, id));
      return;
    }
    if (action instanceof Action.AskLease ask) {
      askLease(ask);
    } else if (action instanceof Action.AtMachine word) {
      node.agent(word.machine()).ifPresent(agent -> send(word, agent));
    }
  }

  private void send(Action.AtMachine action, ActorRef<NodeProtocol.Command> agent) {
    if (action instanceof Action.Stop stop) {
      stop(stop, agent);
    } else if (action instanceof Action.Release release) {
      release(release, agent);
    } else if (action instanceof Action.Start start) {
      owner
          .state()
          .recipe(world.plant() == Plant.NEW_RECIPE_FOR_OLD ? -1 : start.instance().revision())
          .ifPresent(recipe -> start(recipe.spec(), start.instance()));
    } else if (action instanceof Action.Describe) {
      owner.state().declaration().ifPresent(known -> describe(known, action.machine(), agent));
    }
  }

  private void askToGiveWay(Action.AskToGiveWay wish, InstanceId id) {
    ModelOwner other = world.cluster().model(node.name(), id.model());
    ActorRef<RegistryMessage.GiveWayReply> replyTo =
        ask(
            other.node.name(),
            ANSWER_LIMIT,
            reply ->
                owner.gaveWay(new RegistryMessage.GiveWayAnswered(id, wish.sounding(), reply)));
    RegistryMessage.GiveWay said =
        new RegistryMessage.GiveWay(
            id, owner.state().name(), wish.priority(), wish.asked(), wish.sounding(), replyTo);
    world.network().send(node.name(), other.node.name(), "give way", () -> other.giveWay(said));
  }

  private void askLease(Action.AskLease ask) {
    LeaseOwner lease = world.cluster().lease(node.name(), ask.lease());
    ModelName name = owner.state().name();
    world
        .network()
        .send(
            node.name(),
            lease.node.name(),
            "still wanted",
            () -> lease.stillWanted(name, ask.number()));
  }

  private void start(ModelSpec spec, Instance instance) {
    world
        .story()
        .see(new StartSent(world.now(), instance.id(), instance.revision(), Truth.recipe(spec)));
    startOn(instance.machine(), spec, instance);
    if (world.plant() == Plant.DOUBLE_PLACEMENT && world.timeline().chance(5)) {
      world.machines().stream()
          .map(SimulatedMachine::id)
          .filter(other -> !other.equals(instance.machine()))
          .findFirst()
          .ifPresent(other -> startOn(other, spec, instance));
    }
  }

  private void startOn(MachineId machine, ModelSpec spec, Instance instance) {
    ActorRef<NodeProtocol.StartReply> replyTo =
        ask(
            machine.value(),
            ANSWER_LIMIT,
            reply -> {
              reply.ifPresent(said -> tell(said.machine(), said.capacity()));
              owner.started(new StartAnswered(instance.id(), machine, reply));
            });
    node.agent(machine)
        .ifPresent(
            agent ->
                agent.tell(
                    new NodeProtocol.StartInstance(
                        instance.id(),
                        instance.epoch(),
                        World.JOURNAL,
                        spec,
                        instance.claim(),
                        instance.revision(),
                        Optional.empty(),
                        replyTo)));
  }

  private void stop(Action.Stop stop, ActorRef<NodeProtocol.Command> agent) {
    Duration drain = world.settings().registry().reconcile().drain();
    ActorRef<NodeProtocol.StopReply> replyTo =
        ask(
            stop.machine().value(),
            drain.plus(ANSWER_LIMIT),
            reply -> {
              reply.ifPresent(said -> tell(said.machine(), said.capacity()));
              owner.stopped(new StopAnswered(stop.id(), reply));
            });
    agent.tell(
        new NodeProtocol.StopInstance(stop.id(), stop.epoch(), World.JOURNAL, drain, replyTo));
  }

  private void release(Action.Release release, ActorRef<NodeProtocol.Command> agent) {
    ActorRef<NodeProtocol.HoldReply> replyTo =
        ask(
            release.machine().value(),
            ANSWER_LIMIT,
            reply ->
                owner.released(
                    new TenancyMessage.ReleaseAnswered(release.id(), release.token(), reply)));
    agent.tell(
        new NodeProtocol.ReleaseInstance(release.id(), World.JOURNAL, release.token(), replyTo));
  }

  private void describe(
      Declaration declaration, MachineId machine, ActorRef<NodeProtocol.Command> agent) {
    ActorRef<NodeProtocol.Described> replyTo =
        ask(
            machine.value(),
            world.settings().registry().reconcile().describeTimeout(),
            reply -> owner.described(machine, declaration.revision(), reply));
    agent.tell(new NodeProtocol.DescribeModel(declaration.spec(), replyTo));
  }

  private void tell(MachineId machine, Capacity capacity) {
    node.capacity(new CapacityTold(machine, capacity));
  }

  /** The answer that comes first counts; none after the limit. */
  private <T> ActorRef<T> ask(String from, Duration limit, Consumer<Optional<T>> answered) {
    AtomicBoolean over = new AtomicBoolean();
    world
        .network()
        .after(
            node.name(),
            limit,
            () -> {
              if (!over.getAndSet(true)) {
                answered.accept(Optional.empty());
              }
            });
    return new SimulatedRef<>(
        node.name(),
        "answer",
        (what, message) ->
            world
                .network()
                .send(
                    from,
                    node.name(),
                    what,
                    () -> {
                      if (!over.getAndSet(true)) {
                        answered.accept(Optional.of(message));
                      }
                    }));
  }
}
