package io.remuda.registry;

import io.remuda.protocol.id.JournalId;
import java.util.Optional;

/** Whether a registry node takes changes, for whoever asks from outside its actors. */
public final class RegistryStatus {

  private volatile Optional<String> notReady = Optional.of("the registry node is starting");
  private volatile Optional<JournalId> journal = Optional.empty();
  private volatile Optional<String> keysBroken = Optional.empty();
  private volatile boolean refusedEmbedded;

  /** Why it takes no changes; empty when it does. */
  public Optional<String> notReadyBecause() {
    return notReady;
  }

  public boolean isReady() {
    return notReady.isEmpty();
  }

  /** The journal it belongs to, once its database has answered. */
  public Optional<JournalId> journal() {
    return journal;
  }

  /** Why API keys can be neither made nor revoked, though all else can be changed. */
  public Optional<String> keysBroken() {
    return keysBroken;
  }

  /** Whether it ended because its embedded journal cannot join a fleet with another registry. */
  public boolean isRefusedEmbedded() {
    return refusedEmbedded;
  }

  void ready() {
    notReady = Optional.empty();
  }

  void notReady(String because) {
    // Why it ended is worth more than that it stops.
    if (!refusedEmbedded) {
      notReady = Optional.of(because);
    }
  }

  void keys(Optional<String> broken) {
    keysBroken = broken;
  }

  void journal(JournalId id) {
    journal = Optional.of(id);
  }

  void refusedEmbedded(String other) {
    notReady =
        Optional.of(
            "an embedded journal is a file of this node alone, and the fleet has a registry node"
                + " already, at "
                + other
                + "; name the same PostgreSQL in remuda.journal.url (REMUDA_JOURNAL_URL) on every"
                + " registry node");
    refusedEmbedded = true;
  }
}
