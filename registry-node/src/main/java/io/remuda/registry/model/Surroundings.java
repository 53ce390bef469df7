package io.remuda.registry.model;

import akka.actor.typed.ActorRef;
import io.remuda.protocol.FleetProtocol;
import io.remuda.protocol.id.JournalId;
import io.remuda.protocol.id.ModelName;
import io.remuda.registry.RegistrySettings;
import io.remuda.registry.fleet.Fleet;
import io.remuda.registry.journal.JournalStore.Owned;
import io.remuda.registry.journal.Unreadable;
import java.time.Clock;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * What a registry actor finds on its node.
 *
 * @param view the node's own fleet view
 * @param owners gives the owner of a name its term and says how far the name's journal goes
 * @param storeDown told when the journal did not take an event
 */
public record Surroundings(
    JournalId journal,
    RegistrySettings settings,
    Clock clock,
    Fleet fleet,
    ActorRef<FleetProtocol.Command> view,
    CatalogLines catalog,
    Function<ModelName, CompletionStage<Owned>> owners,
    Runnable storeDown,
    Unreadable unreadable,
    RegistryMeters meters) {}
