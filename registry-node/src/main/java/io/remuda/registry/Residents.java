package io.remuda.registry;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.SupervisorStrategy;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import io.remuda.protocol.FleetProtocol;
import io.remuda.protocol.cluster.SharedTable;
import io.remuda.protocol.cluster.TableSubscriber;
import io.remuda.registry.fleet.Fleet;
import io.remuda.registry.fleet.FleetMessage;
import io.remuda.registry.fleet.FleetView;
import io.remuda.registry.fleet.Membership;
import io.remuda.registry.journal.EventTail;
import io.remuda.registry.journal.JournalStore;
import io.remuda.registry.journal.LateCommands;
import io.remuda.registry.standing.RegistryVoice;
import java.time.Clock;
import java.time.InstantSource;

/**
 * The actors that live on a registry node by themselves, beside its sharded entities.
 *
 * @param view the node's own fleet view
 * @param waker wakes the entities, when told to and then again and again
 */
record Residents(ActorRef<FleetProtocol.Command> view, ActorRef<Waker.Command> waker) {

  /**
   * Starts them.
   *
   * @param fleet what the view sees
   */
  static Residents spawn(
      ActorContext<RegistryGuardian.Command> context,
      JournalStore store,
      RegistrySettings settings,
      RegistryStatus status,
      Clock clock,
      Fleet fleet,
      Entities entities,
      Aside aside) {
    ActorRef<EventTail.Command> tail =
        context.spawn(restarted(EventTail.create(store, clock)), "events");
    ActorRef<FleetProtocol.Command> view =
        context.spawn(FleetView.create(fleet, settings, clock, entities, tail), "fleet-view");
    context.spawn(
        TableSubscriber.create(
            SharedTable.CATALOG,
            lines -> {
              entities.spread().heard(lines);
              view.tell(new FleetMessage.Listed(lines.entries()));
            }),
        "catalog");
    context.spawn(restarted(LateCommands.create(store)), "late-commands");
    context.spawn(restarted(RegistryVoice.create(status, InstantSource.system())), "voice");
    ActorRef<Waker.Command> waker =
        context.spawn(
            Waker.create(
                new JournalNames(store, entities, aside, view, clock, settings.lease().remember()),
                context.getSelf(),
                settings.wakeInterval(),
                settings.wakePace(),
                store.settings().retryInterval()),
            "waker");
    context.spawn(
        Membership.create(view, settings.flapping(), clock, () -> waker.tell(Waker.Tick.WAKE)),
        "membership");
    return new Residents(view, waker);
  }

  private static <T> Behavior<T> restarted(Behavior<T> behavior) {
    return Behaviors.supervise(behavior).onFailure(SupervisorStrategy.restart());
  }
}
