package io.remuda.gateway.task;

/**
 * Says when a connection has been silent for too long: it was sent something, and nothing was
 * confirmed since. Each time in vain doubles the patience, so that a broker that is merely slow is
 * not asked by ever new connections; a confirm sets it back. Times are nanoseconds of one clock.
 */
final class ConfirmPolicy {

  private final long first;
  private final long longest;
  private long patience;
  private boolean waiting;
  private long since;

  ConfirmPolicy(long first, long longest) {
    this.first = first;
    this.longest = Math.max(first, longest);
    this.patience = first;
  }

  /** Something was sent; what is waited for already is not waited for anew. */
  void sent(long now) {
    if (!waiting) {
      waiting = true;
      since = now;
    }
  }

  /**
   * Something was confirmed.
   *
   * @param nothingElse whether nothing more is waited for
   */
  void confirmed(long now, boolean nothingElse) {
    patience = first;
    waiting = !nothingElse;
    since = now;
  }

  /** Nothing can be confirmed now, for a reason that is known. */
  void excused() {
    waiting = false;
  }

  /** Whether the connection is to be ended; true once for each connection. */
  boolean silent(long now) {
    if (!waiting || now - since <= patience) {
      return false;
    }
    waiting = false;
    patience = Math.min(longest, 2 * patience);
    return true;
  }
}
