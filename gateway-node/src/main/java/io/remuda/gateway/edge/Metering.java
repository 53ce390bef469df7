package io.remuda.gateway.edge;

import io.remuda.protocol.Refused;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Lets requests in as far as their senders' limits go, and counts what they took. Reads what it
 * knows: never blocks, asks no actor, and is called by many threads.
 */
public interface Metering {

  /** Lets everybody in and counts nothing. */
  Metering NONE = (sender, wish) -> Admission.FREE;

  /**
   * Whether a request may come in now.
   *
   * @param sender whose limits count
   */
  Admission admit(Sender sender, Wish wish);

  /**
   * Whether a task may go into its queue now. What it may use it takes at once, and for good once
   * it is there; what it used is counted at its end, which no gateway may see.
   *
   * @param sender whose limits count
   */
  default Admission admitTask(Sender sender, Wish wish) {
    return Admission.FREE;
  }

  /** Whether engines that stream are asked for their tokens, where clients do not. */
  default boolean asksEngines() {
    return false;
  }

  /**
   * What a request may take.
   *
   * @param tokens whether it takes any
   * @param bodyBytes of what was sent
   * @param answerTokens the most that the client wants; negative where it did not say
   */
  record Wish(boolean tokens, int bodyBytes, long answerTokens) {}

  /** What one that came in took. */
  interface Ticket {
    Ticket NONE = (model, failed, taken) -> {};

    /**
     * It is over. Called once.
     *
     * @param model that answered; nothing where it named none that exists
     * @param failed whether it failed; that its client went is no failure
     */
    void over(String model, boolean failed, Taken taken);

    /**
     * The task went into no queue, or was there before: it takes nothing after all. Instead of
     * {@link #over}; said again it changes nothing.
     */
    default void giveBack() {}
  }

  /**
   * Tokens, as engines told them or as they are thought to be.
   *
   * @param told whether engines told all of them
   */
  record Taken(long promptTokens, long completionTokens, long cachedTokens, boolean told) {

    static final Taken NOTHING = new Taken(0, 0, 0, true);

    public long tokens() {
      return promptTokens + completionTokens;
    }

    Taken plus(Taken more) {
      return new Taken(
          promptTokens + more.promptTokens,
          completionTokens + more.completionTokens,
          cachedTokens + more.cachedTokens,
          told && more.told);
    }
  }

  /**
   * The decision.
   *
   * @param refused why it may not come in
   * @param retryAfter when it may
   * @param headers of the answer in any case
   * @param ticket for what it takes
   */
  record Admission(
      Optional<Refused> refused,
      Duration retryAfter,
      List<Map.Entry<String, String>> headers,
      Ticket ticket) {

    /** It may, and nobody counts. */
    public static final Admission FREE =
        new Admission(Optional.empty(), Duration.ZERO, List.of(), Ticket.NONE);

    public Admission {
      headers = List.copyOf(headers);
    }
  }
}
