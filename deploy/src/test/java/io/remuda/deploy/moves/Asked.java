package io.remuda.deploy.moves;

import java.time.Instant;

/**
 * What became of one request of a client.
 *
 * @param client which of the clients asked
 * @param words the answer where it was no good one
 */
record Asked(int client, Instant begin, Instant end, Outcome outcome, String words) {

  /** How it ended. */
  enum Outcome {
    /** With all of its answer. */
    ANSWERED,
    /** With a typed refusal, before anything of an answer. */
    REFUSED,
    /** In any other way. */
    FAILED
  }

  static Outcome outcome(int status, String text, boolean stream) {
    boolean error = text.contains("\"error\"");
    if ((status == 429 || status == 503) && error) {
      return Outcome.REFUSED;
    }
    boolean whole = stream ? text.endsWith("data: [DONE]\n\n") : text.contains("\"choices\"");
    return status == 200 && whole && !error ? Outcome.ANSWERED : Outcome.FAILED;
  }
}
