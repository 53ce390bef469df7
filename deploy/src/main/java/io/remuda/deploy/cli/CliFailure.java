package io.remuda.deploy.cli;

/** The end of a command that did not do what was asked: its exit, and a sentence for stderr. */
public final class CliFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Exit exit;
  private final boolean passing;

  public CliFailure(Exit exit, String sentence) {
    this(exit, sentence, false);
  }

  private CliFailure(Exit exit, String sentence, boolean passing) {
    super(sentence);
    this.exit = exit;
    this.passing = passing;
  }

  /** One that may be over in a moment, such as a registry node that hands its names over. */
  static CliFailure passing(Exit exit, String sentence) {
    return new CliFailure(exit, sentence, true);
  }

  public CliFailure(Exit exit, String sentence, Throwable cause) {
    super(sentence, cause);
    this.exit = exit;
    this.passing = false;
  }

  public Exit exit() {
    return exit;
  }

  /** Whether the same question may be answered in a moment. */
  boolean isPassing() {
    return passing;
  }

  /** The sentence that is shown; never a stack trace. */
  public String sentence() {
    String message = getMessage();
    return message == null ? exit.name() : message;
  }
}
