package io.remuda.node.sdk.host;

import io.remuda.node.sdk.BadInput;

/** A call without an answer: an HTTP status, and a sentence that may be shown to the client. */
final class CallFailed extends Exception {
  private static final long serialVersionUID = 1L;
  private static final int LONGEST = 500;

  private final int status;
  private final boolean forGood;

  CallFailed(int status, String sentence) {
    this(status, sentence, false);
  }

  private CallFailed(int status, String sentence, boolean forGood) {
    super(sentence);
    this.status = status;
    this.forGood = forGood;
  }

  /** A failure of the model that the same message would only bring again. */
  static CallFailed forGood(String sentence) {
    return new CallFailed(500, sentence, true);
  }

  /** What {@code thrown} means to the client: its first line, never its stack. */
  static CallFailed by(Throwable thrown) {
    if (thrown instanceof CallFailed failed) {
      return failed;
    }
    if (thrown.getCause() instanceof CallFailed failed) {
      return failed;
    }
    if (thrown instanceof BadInput bad) {
      return new CallFailed(400, line(String.valueOf(bad.getMessage())));
    }
    String message = thrown.getMessage();
    String name = thrown.getClass().getSimpleName();
    return new CallFailed(
        500,
        "the model failed: "
            + name
            + (message == null ? "" : ": " + line(message))
            + "; see its log");
  }

  int status() {
    return status;
  }

  /** Whether whoever called need not try again, though the message was one that it takes. */
  boolean isForGood() {
    return forGood;
  }

  String sentence() {
    return String.valueOf(getMessage());
  }

  private static String line(String message) {
    String first = message.lines().findFirst().orElse("").replaceAll("\\p{Cntrl}", "?").strip();
    return first.length() > LONGEST ? first.substring(0, LONGEST) + "..." : first;
  }
}
