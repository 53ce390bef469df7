package io.remuda.deploy.chaos;

import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * A question that is asked once somebody wants its answer, and then once. What nobody wants to know
 * costs the nodes nothing while they are measured.
 */
final class Asked {

  private final BooleanSupplier question;
  private final Supplier<Duration> clock;
  private Optional<Duration> answered = Optional.empty();
  private boolean answer;

  Asked(BooleanSupplier question, Supplier<Duration> clock) {
    this.question = question;
    this.clock = clock;
  }

  synchronized boolean yes() {
    if (answered.isEmpty()) {
      answer = question.getAsBoolean();
      answered = Optional.of(clock.get());
    }
    return answer;
  }

  /** When the answer was there; empty while nobody has wanted it. */
  synchronized Optional<Duration> answered() {
    return answered;
  }
}
