package io.remuda.deploy.cli;

/** The end of a command that did not do what was asked: its exit, and a sentence for stderr. */
public final class CliFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Exit exit;

  public CliFailure(Exit exit, String sentence) {
    super(sentence);
    this.exit = exit;
  }

  public CliFailure(Exit exit, String sentence, Throwable cause) {
    super(sentence, cause);
    this.exit = exit;
  }

  public Exit exit() {
    return exit;
  }

  /** The sentence that is shown; never a stack trace. */
  public String sentence() {
    String message = getMessage();
    return message == null ? exit.name() : message;
  }
}
