package io.remuda.node.sdk.host;

import io.remuda.node.sdk.BadInput;

/** A call without an answer: an HTTP status, and a sentence that may be shown to the client. */
final class CallFailed extends Exception {
  private static final long serialVersionUID = 1L;
  private static final int LONGEST = 500;

  private final int status;

  CallFailed(int status, String sentence) {
    super(sentence);
    this.status = status;
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

  String sentence() {
    return String.valueOf(getMessage());
  }

  private static String line(String message) {
    String first = message.lines().findFirst().orElse("").replaceAll("\\p{Cntrl}", "?").strip();
    return first.length() > LONGEST ? first.substring(0, LONGEST) + "..." : first;
  }
}
