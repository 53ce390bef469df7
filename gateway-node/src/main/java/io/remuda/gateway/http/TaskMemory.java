package io.remuda.gateway.http;

import io.remuda.gateway.edge.BodyBudget;
import io.remuda.protocol.ErrorCode;

/**
 * The memory of submissions on their way into queues. Each takes of it what has come of its body
 * and no more, so that a client that sends slowly, or only says that it will send much, keeps
 * nobody else out.
 */
final class TaskMemory {

  /** How often a body is in memory: as it came, as a message, on its way to the queue. */
  private static final int COPIES = 3;

  private final BodyBudget budget;

  /**
   * @param limit bytes of all submissions, copies counted
   */
  TaskMemory(long limit) {
    this.budget = new BodyBudget(limit);
  }

  /** What one submission takes; nothing yet. */
  Share share() {
    return new Share();
  }

  /** One submission's part, which it gives back at its end. Safe for any thread. */
  final class Share {
    private long taken;
    private boolean refused;
    private boolean ended;

    /** Takes room for a part of the body; without room for it this one and all later ones go. */
    synchronized boolean take(int bytes) {
      long more = (long) COPIES * bytes;
      if (ended || refused || !budget.take(more)) {
        // What has come is of no use without the rest, and others have.
        refused = true;
        free();
        return false;
      }
      taken += more;
      return true;
    }

    /** Refuses the submission when there was no room for all of it. */
    synchronized void requireAll() {
      if (refused) {
        throw Refusal.of(
            ErrorCode.OVERLOADED,
            "this gateway holds as many tasks on their way into queues as it has memory for; the"
                + " task was not accepted, send it again shortly");
      }
    }

    synchronized void end() {
      ended = true;
      free();
    }

    private void free() {
      budget.give(taken);
      taken = 0;
    }
  }
}
