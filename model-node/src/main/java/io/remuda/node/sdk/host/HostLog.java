package io.remuda.node.sdk.host;

import java.io.PrintStream;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** What the host itself says, into the engine's log. Never a message's content. */
final class HostLog {

  private HostLog() {}

  static void say(String line) {
    out().println(now() + " remuda: " + line);
  }

  /** With its whole stack, which clients never see; what the client did wrong is not logged. */
  static void failure(Throwable thrown) {
    if (thrown instanceof CallFailed
        || thrown.getCause() instanceof CallFailed
        || thrown instanceof io.remuda.node.sdk.BadInput) {
      return;
    }
    synchronized (HostLog.class) {
      out().println(now() + " remuda: the model failed in thread of a call:");
      thrown.printStackTrace(out());
    }
  }

  private static Instant now() {
    return Instant.now().truncatedTo(ChronoUnit.MILLIS);
  }

  /** There is no logging library here: the engine's log is what the process writes. */
  private static PrintStream out() {
    return System.err;
  }
}
