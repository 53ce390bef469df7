package io.remuda.node.task;

/** What becomes of a task's place in the queue once a worker is through with it. */
public sealed interface Verdict {

  /** It has ended: its place is given up. */
  record Ack() implements Verdict {}

  /** It is to be delivered again, here or elsewhere. */
  record Retry() implements Verdict {}

  /** It is given up and kept apart for an operator. */
  record Dead(String reason) implements Verdict {}

  Verdict ACK = new Ack();
  Verdict RETRY = new Retry();

  static Verdict dead(String reason) {
    return new Dead(reason);
  }
}
