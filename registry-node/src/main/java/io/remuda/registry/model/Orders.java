package io.remuda.registry.model;

import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.ActorContext;
import io.remuda.protocol.NodeProtocol;
import io.remuda.protocol.RegistryProtocol;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.Capacity;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.registry.fleet.FleetMessage;
import io.remuda.registry.model.RegistryMessage.DescribeAnswered;
import io.remuda.registry.model.RegistryMessage.StartAnswered;
import io.remuda.registry.model.RegistryMessage.StopAnswered;
import java.time.Duration;
import java.util.Optional;

/**
 * Sends a registry actor's commands to machines and brings their answers back as its own messages.
 * Each command carries the number of the event that it rests on, so that an agent refuses one that
 * is out of date; none is sent to a machine that this node does not see.
 */
final class Orders {

  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(10);

  private final ActorContext<RegistryProtocol.Command> context;
  private final Surroundings around;

  Orders(ActorContext<RegistryProtocol.Command> context, Surroundings around) {
    this.context = context;
    this.around = around;
  }

  /** Sends what {@code action} asks for; {@code state} holds the events that it rests on. */
  void send(ModelState state, Action action) {
    if (action instanceof Action.AskToGiveWay wish) {
      wish.ids().forEach(id -> askToGiveWay(state.name(), wish, id));
      return;
    }
    if (action instanceof Action.AskLease ask) {
      context.getLog().debug("asks a silent lease model={} lease={}", state.name(), ask.lease());
      around.view().tell(new FleetMessage.LeaseUnheard(ask.lease(), state.name(), ask.number()));
    } else if (action instanceof Action.AtMachine word) {
      around.fleet().agent(word.machine()).ifPresent(agent -> send(state, word, agent));
    }
  }

  private void send(
      ModelState state, Action.AtMachine action, ActorRef<NodeProtocol.Command> agent) {
    if (action instanceof Action.Stop stop) {
      stop(stop, agent);
    } else if (action instanceof Action.Release release) {
      release(release, agent);
    } else if (action instanceof Action.Start start) {
      Instance instance = start.instance();
      state.recipe(instance.revision()).ifPresent(recipe -> start(recipe.spec(), instance, agent));
    } else if (action instanceof Action.Describe describe) {
      state.declaration().ifPresent(known -> describe(known, describe.machine(), agent));
    }
  }

  private void askToGiveWay(ModelName name, Action.AskToGiveWay wish, InstanceId id) {
    context.getLog().debug("asks to give way model={} instance={}", name, id);
    context.ask(
        RegistryMessage.GiveWayReply.class,
        around.view(),
        ANSWER_LIMIT,
        replyTo ->
            new FleetMessage.ToOwner(
                id.model(),
                new RegistryMessage.GiveWay(
                    id, name, wish.priority(), wish.asked(), wish.sounding(), replyTo)),
        (reply, failure) ->
            new RegistryMessage.GiveWayAnswered(id, wish.sounding(), Optional.ofNullable(reply)));
  }

  private void start(ModelSpec spec, Instance instance, ActorRef<NodeProtocol.Command> agent) {
    context.ask(
        NodeProtocol.StartReply.class,
        agent,
        ANSWER_LIMIT,
        replyTo ->
            new NodeProtocol.StartInstance(
                instance.id(),
                instance.epoch(),
                around.journal(),
                spec,
                instance.claim(),
                instance.revision(),
                Optional.empty(),
                replyTo),
        (reply, failure) -> {
          Optional<NodeProtocol.StartReply> answer = Optional.ofNullable(reply);
          answer.ifPresent(said -> tell(said.machine(), said.capacity()));
          return new StartAnswered(instance.id(), instance.machine(), answer);
        });
  }

  private void stop(Action.Stop stop, ActorRef<NodeProtocol.Command> agent) {
    Duration drain = around.settings().reconcile().drain();
    context.ask(
        NodeProtocol.StopReply.class,
        agent,
        drain.plus(ANSWER_LIMIT),
        replyTo ->
            new NodeProtocol.StopInstance(
                stop.id(), stop.epoch(), around.journal(), drain, replyTo),
        (reply, failure) -> {
          Optional<NodeProtocol.StopReply> answer = Optional.ofNullable(reply);
          answer.ifPresent(said -> tell(said.machine(), said.capacity()));
          return new StopAnswered(stop.id(), answer);
        });
  }

  private void release(Action.Release release, ActorRef<NodeProtocol.Command> agent) {
    context.ask(
        NodeProtocol.HoldReply.class,
        agent,
        ANSWER_LIMIT,
        replyTo ->
            new NodeProtocol.ReleaseInstance(
                release.id(), around.journal(), release.token(), replyTo),
        (reply, failure) ->
            new TenancyMessage.ReleaseAnswered(
                release.id(), release.token(), Optional.ofNullable(reply)));
  }

  /** So that the next placement of any model here goes by it and not by an older report. */
  private void tell(MachineId machine, Capacity capacity) {
    around.view().tell(new FleetMessage.CapacityTold(machine, capacity));
  }

  private void describe(
      Declaration declaration, MachineId machine, ActorRef<NodeProtocol.Command> agent) {
    context.ask(
        NodeProtocol.Described.class,
        agent,
        around.settings().reconcile().describeTimeout(),
        replyTo -> new NodeProtocol.DescribeModel(declaration.spec(), replyTo),
        (reply, failure) ->
            new DescribeAnswered(machine, declaration.revision(), Optional.ofNullable(reply)));
  }
}
