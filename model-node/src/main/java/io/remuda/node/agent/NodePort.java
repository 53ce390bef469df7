package io.remuda.node.agent;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.receptionist.Receptionist;
import io.remuda.node.route.RoutePublisher;
import io.remuda.protocol.FleetProtocol;
import io.remuda.protocol.NodeProtocol;
import io.remuda.protocol.Route;
import io.remuda.protocol.model.NodeReport;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A machine's door to the fleet, one per cluster system: takes the registry's commands to the agent
 * and the agent's reports to every view of the fleet. Holds nothing that a rebuilt system would
 * miss: the agent tells each new port everything.
 */
public final class NodePort extends AbstractBehavior<NodePort.Command> {

  /** What a port is told. */
  public sealed interface Command {}

  /** The machine as it is now; the routes are all that it has, ended ones too. */
  public record Publish(NodeReport report, List<Route> routes) implements Command {
    public Publish {
      routes = List.copyOf(routes);
    }
  }

  /** The machine leaves in good order: its instances have ended. */
  public record Leave() implements Command {}

  private record FleetViews(Set<ActorRef<FleetProtocol.Command>> views) implements Command {}

  private final ActorRef<NodeProtocol.Command> inbox;
  private final ActorRef<RoutePublisher.Command> routes;
  private Set<ActorRef<FleetProtocol.Command>> views = Set.of();
  private Optional<NodeReport> last = Optional.empty();

  private NodePort(ActorContext<Command> context, ActorRef<NodeAgent.Command> agent) {
    super(context);
    this.inbox = context.spawn(inbox(agent), "agent");
    this.routes = context.spawn(RoutePublisher.create(), "routes");
    ActorRef<Receptionist.Listing> listings =
        context.messageAdapter(
            Receptionist.Listing.class,
            listing -> new FleetViews(listing.getServiceInstances(FleetProtocol.FLEET_KEY)));
    ActorRef<Receptionist.Command> receptionist = context.getSystem().receptionist();
    receptionist.tell(Receptionist.subscribe(FleetProtocol.FLEET_KEY, listings));
    agent.tell(new NodeAgent.Attach(context.getSelf()));
  }

  /**
   * The port of {@code agent}, which lives in this JVM's other system; refs to it never leave the
   * JVM.
   */
  public static Behavior<Command> create(ActorRef<NodeAgent.Command> agent) {
    return Behaviors.setup(context -> new NodePort(context, agent));
  }

  private static Behavior<NodeProtocol.Command> inbox(ActorRef<NodeAgent.Command> agent) {
    return Behaviors.receiveMessage(
        command -> {
          agent.tell(new NodeAgent.Obey(command));
          return Behaviors.same();
        });
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(Publish.class, this::onPublish)
        .onMessage(FleetViews.class, this::onFleetViews)
        .onMessage(Leave.class, leave -> onLeave())
        .build();
  }

  private Behavior<Command> onPublish(Publish publish) {
    last = Optional.of(publish.report());
    FleetProtocol.Report report = new FleetProtocol.Report(publish.report(), inbox);
    views.forEach(view -> view.tell(report));
    routes.tell(new RoutePublisher.Put(publish.routes()));
    return this;
  }

  private Behavior<Command> onFleetViews(FleetViews found) {
    last.ifPresent(
        report ->
            found.views().stream()
                .filter(view -> !views.contains(view))
                .forEach(view -> view.tell(new FleetProtocol.Report(report, inbox))));
    views = Set.copyOf(found.views());
    return this;
  }

  /** Never said because a system ends: it may have been downed while its engines go on. */
  private Behavior<Command> onLeave() {
    last.ifPresent(
        report ->
            views.forEach(
                view ->
                    view.tell(new FleetProtocol.Leaving(report.machine(), report.incarnation()))));
    return this;
  }
}
