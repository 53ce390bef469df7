package io.remuda.node.engine;

/** What was found of an engine that an earlier JVM had started. */
public sealed interface Adoption {

  /** It runs, is the same process, and listens on its own port; its alias is still to be probed. */
  record Adopted(EngineProcess process) implements Adoption {}

  /** It has ended meanwhile. */
  record Ended(EngineExit exit) implements Adoption {}

  /** There is no trace of one, or none that can be trusted; {@code reason} says which. */
  record Absent(String reason) implements Adoption {}
}
