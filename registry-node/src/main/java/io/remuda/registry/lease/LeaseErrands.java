package io.remuda.registry.lease;

import akka.actor.typed.ActorRef;
import akka.actor.typed.RecipientRef;
import akka.actor.typed.javadsl.ActorContext;
import io.remuda.protocol.LeaseProtocol.Command;
import io.remuda.protocol.LeaseProtocol.Wish;
import io.remuda.protocol.NodeProtocol;
import io.remuda.protocol.RegistryProtocol;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.registry.model.ClaimReply;
import io.remuda.registry.model.Surroundings;
import io.remuda.registry.model.TenancyMessage;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/**
 * Says what a lease has to say to models' owners and machines, and brings their answers back as its
 * own messages. Belongs to one actor.
 */
final class LeaseErrands {

  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(10);

  private final ActorContext<Command> context;
  private final Surroundings around;
  private final Function<ModelName, RecipientRef<RegistryProtocol.Command>> models;
  private final ActorRef<ClaimReply> told;
  private final ActorRef<NodeProtocol.HoldReply> held;
  private boolean askingOwn;

  LeaseErrands(
      ActorContext<Command> context,
      Surroundings around,
      Function<ModelName, RecipientRef<RegistryProtocol.Command>> models) {
    this.context = context;
    this.around = around;
    this.models = models;
    this.told = context.messageAdapter(ClaimReply.class, LeaseMessage.Told::new);
    this.held = context.messageAdapter(NodeProtocol.HoldReply.class, LeaseMessage.Held::new);
  }

  /** Says it; {@code state} holds the events that it rests on. */
  void send(LeaseState state, LeaseOrder order) {
    if (order instanceof LeaseOrder.Claim claim) {
      models.apply(claim.model()).tell(claim(state, claim));
    } else if (order instanceof LeaseOrder.Unclaim unclaim) {
      models
          .apply(unclaim.model())
          .tell(
              new TenancyMessage.Unclaim(
                  unclaim.model(), state.id(), unclaim.number(), unclaim.reason(), told));
    } else if (order instanceof LeaseOrder.GiveBack back) {
      models
          .apply(back.model())
          .tell(
              new TenancyMessage.Unclaim(
                  back.model(),
                  state.id(),
                  back.number(),
                  "the lease waits for another model first",
                  true,
                  told));
    } else if (order instanceof LeaseOrder.Hold hold) {
      around
          .fleet()
          .agent(hold.machine())
          .ifPresent(
              agent ->
                  agent.tell(
                      new NodeProtocol.HoldInstance(
                          hold.instance(),
                          around.journal(),
                          hold.token(),
                          hold.ttl(),
                          held,
                          slots(state))));
    } else if (order instanceof LeaseOrder.Own own) {
      state.wish().flatMap(Wish::own).ifPresent(spec -> ask(state, own, spec));
    }
  }

  /** Of two owners the same session is not the same. */
  private TenancyMessage.Claim claim(LeaseState state, LeaseOrder.Claim claim) {
    Optional<String> session =
        state.wish().flatMap(wish -> wish.session().map(named -> wish.owner() + "/" + named));
    return new TenancyMessage.Claim(
        claim.model(),
        state.id(),
        claim.floor(),
        claim.holding(),
        claim.avoided(),
        session,
        state.askedAt(),
        told,
        slots(state));
  }

  private static int slots(LeaseState state) {
    return state.wish().map(Wish::slots).orElse(0);
  }

  private void ask(LeaseState state, LeaseOrder.Own own, ModelSpec spec) {
    if (askingOwn) {
      return;
    }
    askingOwn = true;
    // An earlier version's deployment is nobody's as far as its name's owner knows.
    Optional<LeaseId> brings = state.deploying() ? Optional.empty() : Optional.of(state.id());
    context.ask(
        RegistryProtocol.Reply.class,
        models.apply(spec.name()),
        ANSWER_LIMIT,
        replyTo -> command(own, spec, brings, replyTo),
        (reply, failure) -> new LeaseMessage.OwnAnswered(own, Optional.ofNullable(reply)));
  }

  private static RegistryProtocol.Command command(
      LeaseOrder.Own own,
      ModelSpec spec,
      Optional<LeaseId> brings,
      ActorRef<RegistryProtocol.Reply> replyTo) {
    return switch (own) {
      case DEPLOY -> new RegistryProtocol.Deploy(spec, Optional.empty(), false, brings, replyTo);
      // Nobody who says that he needs it keeps a lease from its end.
      case REMOVE -> new RegistryProtocol.Remove(spec.name(), true, brings, replyTo);
    };
  }

  /** The question about its own deployment is answered, or never will be. */
  void ownAnswered() {
    askingOwn = false;
  }
}
