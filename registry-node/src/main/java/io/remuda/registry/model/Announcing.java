package io.remuda.registry.model;

import akka.actor.typed.javadsl.ActorContext;
import io.remuda.protocol.RegistryProtocol.Command;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.registry.fleet.FleetMessage;
import io.remuda.registry.journal.JournalStore.Owned;
import io.remuda.registry.model.RegistryMessage.TermRead;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a name's owner tells the rest of the fleet: its line in the catalog, written in the owner's
 * term, and to this node's fleet view on which machines its instances are. Told again only when it
 * has changed. Belongs to one actor.
 */
final class Announcing {

  private final ActorContext<Command> context;
  private final ModelName name;
  private final Surroundings around;
  private final CatalogEntry listing;
  private Map<InstanceId, MachineId> watched = Map.of();
  private boolean watching;
  private boolean askingTerm;
  private Optional<String> behind = Optional.empty();

  Announcing(ActorContext<Command> context, ModelName name, Surroundings around) {
    this.context = context;
    this.name = name;
    this.around = around;
    this.listing = new CatalogEntry(around.catalog()::show);
  }

  /** No earlier owner has said anything of it. */
  void asFirstOwner() {
    listing.ownedIn(0);
  }

  /** Asks for a term; again at the next look where the database has not given one. */
  void askTerm() {
    if (listing.isOwned() || askingTerm) {
      return;
    }
    askingTerm = true;
    context.pipeToSelf(
        around.owners().apply(name),
        (owned, failure) -> new TermRead(Optional.ofNullable(owned).map(Owned::term)));
  }

  void given(TermRead read) {
    askingTerm = false;
    read.term().ifPresent(listing::ownedIn);
  }

  /** Tells the catalog and the fleet view what has changed. */
  void show(Sight sight) {
    ModelState state = sight.state();
    listing
        .show(state, Outlook.of(sight))
        .filter(line -> line.alias().isEmpty())
        .ifPresent(around.meters()::stands);
    Map<InstanceId, MachineId> now = new TreeMap<>();
    state.instances().values().forEach(instance -> now.put(instance.id(), instance.machine()));
    if (!watching || !now.equals(watched)) {
      watching = true;
      watched = now;
      around.view().tell(new FleetMessage.Watch(name, now, context.getSelf()));
    }
    Optional<String> older = Outlook.behind(sight);
    if (!older.equals(behind)) {
      behind = older;
      older.ifPresent(
          why -> context.getLog().warn("event=journal-older model={} text=\"{}\"", name, why));
    }
  }

  /** Tells the name that one of these made room for, so that it need not wait for its next look. */
  void ended(ModelState state, List<ModelEvent> events) {
    state
        .given()
        .filter(
            given ->
                events.stream()
                    .anyMatch(
                        event ->
                            event instanceof InstanceEvent.InstanceEnded ended
                                && ended.id().equals(given.id())))
        .ifPresent(
            given ->
                around
                    .view()
                    .tell(
                        new FleetMessage.ToOwner(
                            given.to(), new RegistryMessage.RoomMade(given.to()))));
  }

  /**
   * Lists a name that cannot be read back, with the reason, unless it is listed so already. The
   * line goes by the last event in the journal, as that of whoever could still read it does.
   *
   * @param number of its last event, as far as that was read
   */
  void broken(ModelState state, long number, String why) {
    // This actor ends before the answers come.
    around
        .catalog()
        .shown(name)
        .exceptionally(failure -> Optional.empty())
        .thenAccept(
            line -> {
              if (!line.map(shown -> CatalogEntry.isBroken(shown, why)).orElse(false)) {
                list(around, state, number, why);
              }
            });
  }

  private static void list(Surroundings around, ModelState state, long number, String why) {
    around
        .owners()
        .apply(state.name())
        .thenAccept(
            owned ->
                around
                    .catalog()
                    .show(
                        CatalogEntry.broken(
                            state, Math.max(number, owned.last()), owned.term(), why)));
  }

  void gone() {
    around.meters().gone(name);
  }
}
