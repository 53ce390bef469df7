package io.remuda.protocol.model;

import io.remuda.protocol.Absent;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.WireMessage;
import io.remuda.protocol.model.RolloutWish.Strategy;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One version taking another one's place, as operators see it.
 *
 * @param from revision that served before; numbers are those of the name's events
 * @param to revision that an operator wants in its place
 * @param wanted instances in all
 * @param readyFrom instances of {@code from} that take requests
 * @param readyTo instances of {@code to} that take requests
 * @param reason where it stands, in a sentence
 * @param code of a HALTED one: what kind of reason it was
 * @param canary of a CANARY one: percent of the requests that {@code to} gets
 * @param gap for how long nobody took requests for its sake; empty where somebody always did
 */
public record RolloutView(
    long from,
    long to,
    Stage stage,
    Strategy strategy,
    int wanted,
    int readyFrom,
    int readyTo,
    Instant begun,
    String reason,
    Optional<ErrorCode> code,
    OptionalInt canary,
    Optional<Duration> gap)
    implements WireMessage {

  public RolloutView {
    // Older nodes do not tell.
    canary = Absent.orEmpty(canary);
    gap = Absent.orEmpty(gap);
  }

  /** Which way it goes. */
  public enum Stage {
    /** {@code to} takes the place of {@code from}. */
    ROLLING,
    /** It was given up by itself: {@code from} serves, and {@code to} stays what is declared. */
    HALTED,
    /** An operator takes it back: {@code from} is what is declared again. */
    RETURNING,
    /** Some instances of {@code to} serve beside {@code from} until somebody promotes it. */
    CANARY
  }
}
