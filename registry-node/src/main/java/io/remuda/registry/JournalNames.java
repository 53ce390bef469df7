package io.remuda.registry;

import akka.actor.typed.ActorRef;
import io.remuda.protocol.AccessProtocol;
import io.remuda.protocol.FleetProtocol;
import io.remuda.registry.journal.JournalStore;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** What the journal knows by name, and its entities, as the {@link Waker} finds them. */
final class JournalNames implements Waker.World {

  private static final Duration ASK_LIMIT = Duration.ofSeconds(10);

  private final JournalStore store;
  private final Entities entities;
  private final Aside aside;
  private final ActorRef<FleetProtocol.Command> view;

  /**
   * @param view told of machines that are woken
   */
  JournalNames(
      JournalStore store, Entities entities, Aside aside, ActorRef<FleetProtocol.Command> view) {
    this.store = store;
    this.entities = entities;
    this.aside = aside;
    this.view = view;
  }

  @Override
  public boolean isAwake() {
    return entities.isOpen() && store.isUp();
  }

  @Override
  public CompletionStage<List<JournalStore.Named>> read() {
    return aside.call(store::names);
  }

  @Override
  public void wake(JournalStore.Named name) {
    entities.wake(name, view);
  }

  @Override
  public CompletionStage<AccessProtocol.Reply> askKeys() {
    return entities.askKeys(ASK_LIMIT);
  }
}
