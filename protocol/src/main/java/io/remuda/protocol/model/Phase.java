package io.remuda.protocol.model;

/** Where an instance stands. */
public enum Phase {
  /** Placed on a machine that has not confirmed the start yet. */
  ASSIGNED,
  /** The machine is starting the engine. */
  STARTING,
  /** The engine runs and loads its model. */
  WARMING,
  /** Takes requests. */
  READY,
  /** Its machine is out of sight: no new work. */
  SUSPECT,
  /** Finishes what it has, takes nothing new. */
  DRAINING,
  /** The engine ended; it will be started again after a pause. */
  BACKOFF,
  /** Given up; the reason says why. */
  FAILED,
  /** Gone for good. */
  ENDED;

  /** Whether new requests may be sent to it. */
  public boolean takesWork() {
    return this == READY;
  }

  /** Whether nothing will come of it any more. */
  public boolean isFinal() {
    return this == FAILED || this == ENDED;
  }
}
