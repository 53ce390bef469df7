package io.remuda.gateway.edge;

import io.remuda.protocol.bytes.InferencePort;
import io.remuda.protocol.bytes.InferenceRequest;
import org.jspecify.annotations.Nullable;

/**
 * The attempts of one request that may still bring its answer: one; and two while the machine of
 * the first is out of sight, for it may be at work all the same, and the second may find no room.
 */
final class Underway {

  private @Nullable Attempt current;
  private @Nullable Attempt before;
  private boolean paused;

  /** The one that was begun last. */
  @Nullable Attempt current() {
    return current;
  }

  /** Sends one out, which takes the place of the one that failed, if any did. */
  void start(Attempt next, InferencePort port, InferenceRequest question) {
    current = next;
    next.start(port, question);
    // One that has failed at once has another one in its place, or none.
    if (paused && current == next) {
      next.pause();
    }
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

  /** The client reads too slowly: nothing more comes, of those that are yet to be sent neither. */
  void pause() {
    paused = true;
    if (current != null) {
      current.pause();
    }
    if (before != null) {
      before.pause();
    }
  }

  void resume() {
    paused = false;
    if (current != null) {
      current.resume();
    }
    if (before != null) {
      before.resume();
    }
  }

  boolean isPaused() {
    return paused;
  }
}
