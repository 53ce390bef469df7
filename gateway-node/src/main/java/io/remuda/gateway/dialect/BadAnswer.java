package io.remuda.gateway.dialect;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;

/** An engine's answer that cannot be told to the client; on its way out of the translation. */
public final class BadAnswer extends Exception {

  private static final long serialVersionUID = 1L;

  private final transient Refused refused;

  private BadAnswer(Refused refused) {
    super(refused.message(), null, false, false);
    this.refused = refused;
  }

  /** The engine is at fault. */
  public static BadAnswer of(String message) {
    return new BadAnswer(Refused.of(ErrorCode.ENGINE_FAILED, message));
  }

  /** The engine turned out not to have what was asked of it. */
  static BadAnswer notSupported(String message) {
    return new BadAnswer(Refused.of(ErrorCode.NOT_SUPPORTED, message));
  }

  public Refused refused() {
    return refused;
  }
}
