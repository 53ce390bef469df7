package io.remuda.registry;

import io.remuda.protocol.task.ServerTrust;
import io.remuda.registry.journal.JournalStore;
import io.remuda.registry.journal.StoreFailure;
import org.slf4j.Logger;

/**
 * Whether the journal's database answers, as operators hear of it: each change is logged once, and
 * the node's status says why it takes no changes.
 */
final class JournalHealth {

  private final JournalStore store;
  private final RegistryStatus status;
  private final Logger log;
  private boolean away;

  /** How often the store had been found away when an answer was last news. */
  private long known;

  JournalHealth(JournalStore store, RegistryStatus status, Logger log) {
    this.store = store;
    this.status = status;
    this.log = log;
  }

  /** It answered for the first time. */
  void ready() {
    away = false;
    known = store.falls();
    log.info(
        "event=journal-ready id={} url={}",
        store.id().map(Object::toString).orElse(""),
        store.settings().shown());
    status.journal(store.id().orElseThrow());
  }

  /**
   * It has answered.
   *
   * @param wasUp whether it was held to be there when it was asked
   * @return whether that is news: it was away, then or by what anybody has found since
   */
  boolean answered(boolean wasUp) {
    long falls = store.falls();
    if (wasUp && falls == known) {
      return false;
    }
    known = falls;
    away = false;
    log.info("event=journal-back url={}", store.settings().shown());
    return true;
  }

  void failed(Throwable failure) {
    store.markDown();
    String why =
        ServerTrust.distrust(failure, "remuda.journal.ca-file")
            .orElseGet(() -> StoreFailure.cause(failure));
    status.notReady("the journal's database does not answer: " + why);
    if (!away) {
      away = true;
      log.error(
          "event=journal-away url={} why={} text=\"changes are refused until it answers, models"
              + " that run go on; this node tries again every {}\"",
          store.settings().shown(),
          why,
          store.settings().retryInterval());
    }
  }
}
