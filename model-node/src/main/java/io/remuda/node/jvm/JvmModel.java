package io.remuda.node.jvm;

/**
 * A model that is a Java object: no process, no port, no file. Its methods may be called at once.
 */
public sealed interface JvmModel permits ChatModel, TypedModel {

  /** What a deployment writes as its {@code model}. */
  String name();

  /** What it is, in a sentence. */
  String description();
}
