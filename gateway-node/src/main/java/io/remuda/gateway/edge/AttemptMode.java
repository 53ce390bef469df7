package io.remuda.gateway.edge;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;

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

  /**
   * That of an answer whose head has come.
   *
   * @param stream whether it is of the type that streams have
   */
  static AttemptMode of(int status, boolean stream) {
    if (status >= 400) {
      return ERROR;
    }
    return status == 200 && stream ? OPENED : HOLDING;
  }

  /** Whether the client has seen something of it. */
  boolean isSeen() {
    return this == STREAMING || this == PASSING;
  }

  /**
   * Whether the request may be sent elsewhere after the answer broke off here.
   *
   * @param safeToRetry whether whoever tells of the failure says so
   */
  boolean maySendAgain(Refused why, boolean safeToRetry) {
    return switch (this) {
      case WAITING -> safeToRetry;
      // What an engine answers wrongly it answers wrongly again; one that died may be replaced.
      case OPENED -> safeToRetry || why.code() == ErrorCode.ENGINE_GONE;
      // Of what is held the client has seen nothing, so that trying again repeats nothing to it.
      case HOLDING, ERROR -> true;
      case STREAMING, PASSING -> false;
    };
  }
}
