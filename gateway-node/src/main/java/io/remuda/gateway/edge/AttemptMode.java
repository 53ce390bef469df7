package io.remuda.gateway.edge;

/** How far one {@link Attempt} is with its instance's answer. */
enum AttemptMode {
  /** No head yet. */
  WAITING,
  /** The head of a stream; engines send it before they work, so that it is worth nothing yet. */
  OPENED,
  /** Events go to the client as they come. */
  STREAMING,
  /** A complete answer is collected. */
  HOLDING,
  /** An answer that is too large to hold goes to the client as it comes. */
  PASSING,
  /** An engine's error is collected. */
  ERROR;

  /** Whether the client has seen something of it. */
  boolean isSeen() {
    return this == STREAMING || this == PASSING;
  }
}
