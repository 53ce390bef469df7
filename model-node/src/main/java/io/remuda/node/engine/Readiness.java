package io.remuda.node.engine;

import java.time.Duration;

/** What came of waiting for an engine to be ready. */
public sealed interface Readiness {

  /** Its process lives, its port is its own, its alias answers, and a token came. */
  record Ready(Duration after) implements Readiness {}

  /** The time was up; {@code reason} says which step did not hold and what was seen. */
  record NotReady(String reason) implements Readiness {}

  /** The engine's process ended while it was waited for. */
  record Died(EngineExit exit) implements Readiness {}

  /** Another server answers where the engine should; it is never routed to. */
  record Impostor(String reason) implements Readiness {}
}
