package io.remuda.deploy.simulation;

import io.remuda.protocol.LeaseProtocol.Wish;
import io.remuda.protocol.NodeProtocol;
import io.remuda.protocol.NodeProtocol.HoldReply;
import io.remuda.protocol.RegistryProtocol;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.registry.lease.LeaseOrder;
import io.remuda.registry.lease.LeaseState;
import io.remuda.registry.model.ClaimReply;
import io.remuda.registry.model.Decision;
import io.remuda.registry.model.ModelDecider;
import io.remuda.registry.model.ModelState;
import io.remuda.registry.model.TenancyMessage;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/** What a lease's LeaseErrands are: its words to owners and machines, and their answers. */
final class LeaseErrand {

  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(10);

  private final World world;
  private final RegistryShell node;
  private final LeaseOwner lease;
  private final SimulatedRef<HoldReply> held;
  private boolean askingOwn;

  LeaseErrand(World world, RegistryShell node, LeaseOwner lease) {
    this.world = world;
    this.node = node;
    this.lease = lease;
    this.held =
        new SimulatedRef<>(
            node.name(),
            "held",
            (what, reply) ->
                world
                    .network()
                    .send(reply.machine().value(), node.name(), what, () -> lease.held(reply)));
  }

  /** Says it; {@code state} holds the events that it rests on. */
  void send(LeaseState state, LeaseOrder order) {
    if (order instanceof LeaseOrder.Claim claim) {
      claim(state, claim);
    } else if (order instanceof LeaseOrder.Unclaim unclaim) {
      if (world.plant() != Plant.KEPT_FOR_EVER) {
        unclaim(state, unclaim);
      }
    } else if (order instanceof LeaseOrder.GiveBack back) {
      giveBack(state, back);
    } else if (order instanceof LeaseOrder.Hold hold) {
      node.agent(hold.machine())
          .ifPresent(
              agent ->
                  agent.tell(
                      new NodeProtocol.HoldInstance(
                          hold.instance(),
                          World.JOURNAL,
                          hold.token(),
                          hold.ttl(),
                          held,
                          slots(state))));
    } else if (order instanceof LeaseOrder.Own own) {
      state.wish().flatMap(Wish::own).ifPresent(spec -> ask(state, own, spec));
    }
  }

  private void claim(LeaseState state, LeaseOrder.Claim claim) {
    ModelOwner owner = world.cluster().model(node.name(), claim.model());
    Optional<String> session =
        state.wish().flatMap(wish -> wish.session().map(named -> wish.owner() + "/" + named));
    TenancyMessage.Claim said =
        new TenancyMessage.Claim(
            claim.model(),
            state.id(),
            claim.floor(),
            claim.holding(),
            claim.avoided(),
            session,
            state.askedAt(),
            answers(owner),
            slots(state));
    world.network().send(node.name(), owner.node.name(), "claim", () -> owner.claim(said));
  }

  private static int slots(LeaseState state) {
    return state.wish().map(Wish::slots).orElse(0);
  }

  private void unclaim(LeaseState state, LeaseOrder.Unclaim wish) {
    ModelOwner owner = world.cluster().model(node.name(), wish.model());
    TenancyMessage.Unclaim said =
        new TenancyMessage.Unclaim(
            wish.model(), state.id(), wish.number(), wish.reason(), answers(owner));
    world.network().send(node.name(), owner.node.name(), "unclaim", () -> owner.unclaim(said));
  }

  private void giveBack(LeaseState state, LeaseOrder.GiveBack back) {
    ModelOwner owner = world.cluster().model(node.name(), back.model());
    TenancyMessage.Unclaim said =
        new TenancyMessage.Unclaim(
            back.model(),
            state.id(),
            back.number(),
            "the lease waits for another model first",
            true,
            answers(owner));
    world.network().send(node.name(), owner.node.name(), "give back", () -> owner.unclaim(said));
  }

  private SimulatedRef<ClaimReply> answers(ModelOwner owner) {
    return new SimulatedRef<>(
        node.name(),
        "claimed",
        (what, reply) ->
            world.network().send(owner.node.name(), node.name(), what, () -> lease.told(reply)));
  }

  private void ask(LeaseState of, LeaseOrder.Own own, ModelSpec spec) {
    if (askingOwn) {
      return;
    }
    askingOwn = true;
    AtomicBoolean over = new AtomicBoolean();
    ModelOwner owner = world.cluster().model(node.name(), spec.name());
    world.network().after(node.name(), ANSWER_LIMIT, () -> answered(over, own, Optional.empty()));
    world
        .network()
        .send(
            node.name(),
            owner.node.name(),
            "own",
            () ->
                owner.ask(
                    state -> decide(of, own, spec, state),
                    reply ->
                        world
                            .network()
                            .send(
                                owner.node.name(),
                                node.name(),
                                "own",
                                () -> answered(over, own, Optional.of(reply)))));
  }

  private void answered(
      AtomicBoolean over, LeaseOrder.Own own, Optional<RegistryProtocol.Reply> reply) {
    if (!over.getAndSet(true)) {
      askingOwn = false;
      lease.ownAnswered(own, reply);
    }
  }

  private Decision decide(LeaseState lease, LeaseOrder.Own own, ModelSpec spec, ModelState state) {
    return switch (own) {
      case DEPLOY -> ModelDecider.bring(state, spec, lease.id(), world.timeline().instant());
      case REMOVE ->
          ModelDecider.takeBack(state, Optional.of(lease.id()), world.timeline().instant());
    };
  }
}
