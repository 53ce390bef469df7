package io.remuda.gateway.http;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.receptionist.Receptionist;
import io.remuda.protocol.FleetProtocol;
import io.remuda.protocol.RegistryProtocol;
import java.util.Set;

/**
 * The thin actor that ties a {@link FleetClient} to the cluster system it runs in: it starts the
 * proxies of the registry's entities, and tells which fleet views there are.
 */
public final class FleetPort extends AbstractBehavior<FleetPort.Command> {

  private final RegistryLink link;

  /** What it is told. */
  public sealed interface Command {}

  private record Views(Set<ActorRef<FleetProtocol.Command>> views) implements Command {}

  public static Behavior<Command> create(FleetClient client) {
    return Behaviors.setup(context -> new FleetPort(context, client));
  }

  private FleetPort(ActorContext<Command> context, FleetClient client) {
    super(context);
    this.link = client.link();
    RegistryProtocol.initProxies(context.getSystem());
    link.attach(context.getSystem());
    ActorRef<Receptionist.Listing> listings =
        context.messageAdapter(
            Receptionist.Listing.class,
            listing -> new Views(listing.getServiceInstances(FleetProtocol.FLEET_KEY)));
    context
        .getSystem()
        .receptionist()
        .tell(Receptionist.subscribe(FleetProtocol.FLEET_KEY, listings));
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(Views.class, this::onViews)
        .onSignal(PostStop.class, signal -> onStop())
        .build();
  }

  private Behavior<Command> onViews(Views listing) {
    link.views(getContext().getSystem(), listing.views());
    return this;
  }

  private Behavior<Command> onStop() {
    link.detach(getContext().getSystem());
    return this;
  }
}
