package io.remuda.registry;

import akka.actor.typed.ActorRef;
import io.remuda.protocol.AccessProtocol;
import io.remuda.protocol.FleetProtocol;
import io.remuda.registry.journal.EndedLeases;
import io.remuda.registry.journal.JournalStore;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the journal knows by name, and its entities, as the {@link Waker} finds them. */
final class JournalNames implements Waker.World {

  private static final Logger LOG = LoggerFactory.getLogger(JournalNames.class);
  private static final Duration ASK_LIMIT = Duration.ofSeconds(10);

  private final JournalStore store;
  private final Entities entities;
  private final Aside aside;
  private final ActorRef<FleetProtocol.Command> view;
  private final InstantSource clock;
  private final Duration remember;
  private volatile boolean unforgotten;

  /**
   * @param view told of machines that are woken
   * @param remember for how long a lease is known that has given everything back
   */
  JournalNames(
      JournalStore store,
      Entities entities,
      Aside aside,
      ActorRef<FleetProtocol.Command> view,
      InstantSource clock,
      Duration remember) {
    this.store = store;
    this.entities = entities;
    this.aside = aside;
    this.view = view;
    this.clock = clock;
    this.remember = remember;
  }

  @Override
  public boolean isAwake() {
    return entities.isOpen() && store.isUp();
  }

  /** Leases that ended long ago are forgotten on the way. */
  @Override
  public CompletionStage<List<JournalStore.Named>> read() {
    return aside.call(
        () -> {
          JournalStore.Names names = store.names();
          forget(names.ended());
          return names.open();
        });
  }

  /** Housekeeping, which keeps nobody asleep. */
  private void forget(List<EndedLeases.Ended> ended) {
    try {
      int gone = store.endedLeases().forget(ended, clock.instant().minus(remember));
      if (gone > 0) {
        LOG.debug("event=leases-forgotten count={}", gone);
      }
      unforgotten = false;
    } catch (SQLException e) {
      if (!unforgotten) {
        LOG.warn(
            "event=leases-not-forgotten why={} text=\"leases that have ended stay in the journal"
                + " until its database lets this node delete them\"",
            e.getMessage());
      }
      unforgotten = true;
    }
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
