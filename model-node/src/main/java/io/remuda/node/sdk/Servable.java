package io.remuda.node.sdk;

/**
 * A model that can be served: a {@link Model}, a {@link StreamingModel} or a {@link BatchModel}.
 *
 * <p>A jar holds exactly one, named in {@code META-INF/services/io.remuda.node.sdk.Servable}, with
 * a public constructor without arguments. It is constructed once for each instance, in a JVM of its
 * own, before the instance is offered to anybody: load weights there. What it says on {@code
 * System.out} and {@code System.err} goes to the engine's log.
 */
public sealed interface Servable extends AutoCloseable permits Model, StreamingModel, BatchModel {

  /** Called when the instance ends in good order. */
  @Override
  default void close() throws Exception {}
}
