package io.remuda.node.instance;

/** What becomes of a request that asks an instance for a slot. */
public final class AdmissionPolicy {

  /** The outcome for one request at one moment. */
  public enum Verdict {
    /** Takes a slot now. */
    TAKE,
    /** Waits for one. */
    WAIT,
    /** All slots are taken and all waiting places too. */
    FULL,
    /** The instance takes nothing new. */
    CLOSED
  }

  private AdmissionPolicy() {}

  /** Decides for a request that may wait: first come, first served. */
  public static Verdict decide(boolean open, int inFlight, int slots, int queued, int queueLimit) {
    if (!open) {
      return Verdict.CLOSED;
    }
    if (inFlight < slots && queued == 0) {
      return Verdict.TAKE;
    }
    return queued < queueLimit ? Verdict.WAIT : Verdict.FULL;
  }
}
