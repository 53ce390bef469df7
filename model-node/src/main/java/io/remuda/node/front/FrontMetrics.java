package io.remuda.node.front;

import io.remuda.protocol.id.InstanceId;

/** Notes each call at its end; never called for a token. */
@FunctionalInterface
public interface FrontMetrics {

  FrontMetrics NONE = (instance, code, started, meter) -> {};

  /**
   * @param code of the error, or {@code ok}, or {@code cancelled}
   * @param started by nanoTime
   */
  void ended(InstanceId instance, String code, long started, TokenMeter meter);
}
