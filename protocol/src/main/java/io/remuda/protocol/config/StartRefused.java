package io.remuda.protocol.config;

/**
 * A node cannot start as it was asked to. The message is made of whole sentences for the operator:
 * what is wrong, where, and what to do. Nothing has been changed when it is thrown.
 */
public final class StartRefused extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public StartRefused(String message) {
    super(message);
  }

  public StartRefused(String message, Throwable cause) {
    super(message, cause);
  }
}
