package io.remuda.node.sdk;

/** Thrown by a model for a message that makes no sense; its sentence is told to the client. */
public final class BadInput extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * @param sentence what is wrong with the message and what to send instead
   */
  public BadInput(String sentence) {
    super(sentence);
  }
}
