package io.remuda.protocol.bytes;

/**
 * The door to instances: a machine's front when it is in this JVM, a client over HTTP when it is
 * not. Never blocks and asks no actor.
 */
public interface InferencePort {

  /** Starts a call; every way it can end reaches {@code sink}, also a refusal. */
  InferenceCall call(InferenceRequest request, InferenceSink sink);
}
