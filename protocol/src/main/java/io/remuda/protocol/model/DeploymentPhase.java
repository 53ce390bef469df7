package io.remuda.protocol.model;

/** Where a deployment stands, over all of its instances. */
public enum DeploymentPhase {
  /** Wants instances that no machine can hold now; the reason says why, machine by machine. */
  PENDING,
  /** Placed; its first instance is on its way. */
  STARTING,
  /** As many instances take requests as are wanted. */
  READY,
  /** Some take requests, fewer than are wanted. */
  DEGRADED,
  /** Its instances end at once or do not start, again and again. */
  FAILED,
  /** Scaled to zero; the declaration is kept. */
  STOPPED,
  /** Removed. */
  ENDED
}
