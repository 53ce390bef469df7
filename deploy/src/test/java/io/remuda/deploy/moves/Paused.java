package io.remuda.deploy.moves;

import java.time.Instant;
import java.util.List;

/**
 * What became of the calls of a holder that was stopped until another one had its instance.
 *
 * <p>It goes on in a later second than the one in which the other one's lease was READY. All that
 * was taken under its own had ended by then, so that an answer that an engine began in the second
 * in which it goes on, or later, is one to a stale call: also to one that was about to leave when
 * the holder was stopped.
 *
 * @param calls in their order, from the first under its lease on
 * @param wentOn just before the holder was let go on
 */
record Paused(List<Call> calls, Instant wentOn) {

  /**
   * A call of the holder.
   *
   * @param direct whether it went to the machine itself, as one that its gateway has let through
   * @param status 0 where there was no answer
   * @param created second since 1970 in which an engine began the answer; 0 without such an answer
   */
  record Call(Instant begin, boolean direct, int status, long created) {

    private static final String WORD = "call";

    /** As a holder says it. */
    String line() {
      return "%s %d %b %d %d".formatted(WORD, begin.toEpochMilli(), direct, status, created);
    }

    /** What {@link #line} said. */
    static Call parse(String line) {
      String[] words = line.split(" ", -1);
      if (words.length != 5 || !words[0].equals(WORD)) {
        throw new IllegalArgumentException("no call is told by '" + line + "'");
      }
      return new Call(
          Instant.ofEpochMilli(Long.parseLong(words[1])),
          Boolean.parseBoolean(words[2]),
          Integer.parseInt(words[3]),
          Long.parseLong(words[4]));
    }

    boolean answered() {
      return status == 200;
    }

    boolean refused() {
      return status == 409 || status == 410;
    }
  }

  Paused {
    calls = List.copyOf(calls);
  }

  /** Calls that an instance took though another holder has it. */
  List<Call> stale() {
    return calls.stream().filter(this::isStale).toList();
  }

  private boolean isStale(Call call) {
    return call.answered() && (isLater(call) || call.created() >= wentOn.getEpochSecond());
  }

  /** Calls that were neither answered nor told that the lease is over. */
  List<Call> failed() {
    return calls.stream().filter(call -> !call.answered() && !call.refused()).toList();
  }

  /** How many were refused of those that began after the holder had gone on. */
  long refused(boolean direct) {
    return calls.stream()
        .filter(call -> call.direct() == direct && isLater(call) && call.refused())
        .count();
  }

  private boolean isLater(Call call) {
    return !call.begin().isBefore(wentOn);
  }
}
