package io.remuda.gateway.edge;

import org.jspecify.annotations.Nullable;

/**
 * The attempts of one request that may still bring its answer: one; and two while the machine of
 * the first is out of sight, for it may be at work all the same, and the second may find no room.
 */
final class Underway {

  private @Nullable Attempt current;
  private @Nullable Attempt before;

  /** The one that was begun last. */
  @Nullable Attempt current() {
    return current;
  }

  /** Takes the place of the one that failed, if any did. */
  void begin(Attempt next) {
    current = next;
  }

  /** The current one stays, until one of both has begun its answer. */
  void keep() {
    if (before != null) {
      before.cancel();
    }
    before = current;
    current = null;
  }

  /** Whether there are two. */
  boolean isDouble() {
    return before != null;
  }

  /** The client sees this one's answer, and the other one ends. */
  void chosen(Attempt one) {
    Attempt other = one == current ? before : current;
    current = one;
    before = null;
    if (other != null) {
      other.cancel();
    }
  }

  /** Whether it was the current one that failed: then another has to take its place. */
  boolean failed(Attempt one) {
    if (one == before) {
      before = null;
      return false;
    }
    current = null;
    return true;
  }

  /** Goes on with the one that was kept; false when there is none. */
  boolean fallBack() {
    current = before;
    before = null;
    return current != null;
  }

  void cancel() {
    Attempt one = current;
    Attempt other = before;
    current = null;
    before = null;
    if (one != null) {
      one.cancel();
    }
    if (other != null) {
      other.cancel();
    }
  }

  void pause() {
    if (current != null) {
      current.pause();
    }
    if (before != null) {
      before.pause();
    }
  }

  void resume() {
    if (current != null) {
      current.resume();
    }
    if (before != null) {
      before.resume();
    }
  }
}
