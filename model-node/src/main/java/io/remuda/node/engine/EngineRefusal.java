package io.remuda.node.engine;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;

/**
 * Why an engine could not be described, started or reached: a code that programs switch on, and a
 * sentence for people which says what was wrong, why, and what to do.
 */
public final class EngineRefusal extends Exception {
  private static final long serialVersionUID = 1L;

  private final ErrorCode code;

  public EngineRefusal(ErrorCode code, String sentence) {
    super(sentence);
    this.code = code;
  }

  public ErrorCode code() {
    return code;
  }

  /** The same as a value, to be answered. */
  public Refused refused() {
    return Refused.of(code, String.valueOf(getMessage()));
  }
}
