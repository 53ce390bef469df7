package io.remuda.gateway.edge;

import java.time.Duration;

/** Notes each request at its end, and each wake of a model; never called for a token. */
@FunctionalInterface
public interface RequestMetrics {

  RequestMetrics NONE = (endpoint, model, code, firstByte, total) -> {};

  /**
   * @param model of the answer; empty when the request named none that exists
   * @param code of the error, or {@code ok}, or {@code cancelled}
   * @param firstByte from the request's arrival; negative when nothing was sent
   */
  void ended(Endpoint endpoint, String model, String code, Duration firstByte, Duration total);

  /**
   * The first request was sent to a model that had no ready instance when it was asked for.
   *
   * @param held the one that came first
   */
  default void woken(String model, Duration held) {}

  /**
   * A stream broke off in its middle.
   *
   * @param outcome {@code resumed} at another instance, or {@code refused}
   */
  default void resumed(String model, String outcome) {}

  /** An instance of the model is left out, since its requests fail. */
  default void leftOut(String model) {}
}
