package io.remuda.registry.model;

import akka.actor.typed.ActorRef;
import io.remuda.protocol.FleetProtocol;
import io.remuda.protocol.Listing;
import io.remuda.protocol.id.JournalId;
import io.remuda.registry.RegistrySettings;
import io.remuda.registry.fleet.Fleet;
import java.time.Clock;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * What a registry actor finds on its node.
 *
 * @param view the node's own fleet view
 * @param catalog takes each new listing of a name
 * @param terms gives a number above all that owners of names were given before
 * @param storeDown told when the journal did not take an event
 */
public record Surroundings(
    JournalId journal,
    RegistrySettings settings,
    Clock clock,
    Fleet fleet,
    ActorRef<FleetProtocol.Command> view,
    Consumer<Listing> catalog,
    Supplier<CompletionStage<Long>> terms,
    Runnable storeDown,
    RegistryMeters meters) {}
