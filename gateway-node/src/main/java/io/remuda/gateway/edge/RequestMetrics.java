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

  /** A stream that broke off in its middle goes on at another instance. */
  default void resumed(String model) {}

  /**
   * A stream that broke off in its middle ends there.
   *
   * @param reason one of few words
   */
  default void notResumed(String model, String reason) {}

  /**
   * A request of which its client has seen nothing goes out once more, but for one that another
   * model takes.
   *
   * @param reason code of what ended its last attempt, or {@code out_of_sight}
   */
  default void retried(String model, String reason) {}

  /** Another model is to answer a request in the place of one that cannot. */
  default void fellBack(String from, String to) {}

  /** A copy of a request that was answered goes to another model. */
  default void copied(String to) {}

  /** None was made, since as many are under way as may be, or it could not be made. */
  default void notCopied(String to) {}

  /** An instance of the model is left out, since its requests fail. */
  default void leftOut(String model) {}
}
