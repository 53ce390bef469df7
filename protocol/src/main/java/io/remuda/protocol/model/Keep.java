package io.remuda.protocol.model;

/**
 * Whether an idle instance may be put away for another model's sake.
 *
 * @param pinned it never is
 * @param priority of two models that want one place the one with the higher number gets it, from
 *     {@value #LEAST} to {@value #MOST}
 */
public record Keep(boolean pinned, int priority) {

  public static final int LEAST = -100;
  public static final int MOST = 100;

  /** What a deployment has that says nothing of it. */
  public static final Keep DEFAULT = new Keep(false, 0);

  /** Throws IllegalArgumentException when the priority is out of bounds. */
  public Keep {
    if (priority < LEAST || priority > MOST) {
      throw new IllegalArgumentException(
          "priority is %d to %d, not %d".formatted(LEAST, MOST, priority));
    }
  }
}
