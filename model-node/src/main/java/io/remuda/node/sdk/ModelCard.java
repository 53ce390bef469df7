package io.remuda.node.sdk;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What a model says of itself. All of it is optional; a deployment's {@code slots} and {@code
 * arguments} win over the limits here.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface ModelCard {

  /** Under which it registers itself; empty: the jar's name without {@code .jar}. */
  String name() default "";

  /** What it is, in a sentence. */
  String description() default "";

  /** How many threads may be in the model's method at once; at least 1. */
  int concurrency() default 4;

  /** How long one call may take; of a streaming model: how long until the next answer. */
  long timeoutMillis() default 30_000;

  /** For a {@link BatchModel}: how long the first message of a batch waits for others. */
  long batchWindowMillis() default 5;

  /** For a {@link BatchModel}: the most messages in a batch; at least 1. */
  int batchSize() default 16;
}
