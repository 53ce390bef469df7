package io.remuda.registry.model;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.model.RolloutView.Stage;
import java.time.Instant;
import java.util.Optional;

/**
 * One recipe taking another one's place while instances of both may serve: hard state. There is
 * none where all instances are of the declared recipe.
 *
 * @param from revision that served when it began; what is kept or brought back when it fails
 * @param to revision that an operator wants in its place
 * @param begun when it began or was last begun again
 * @param reason while ROLLING: why an instance of {@code to} failed, which halts it at the next
 *     look; of another stage: why
 * @param code of a HALTED one: what kind of reason it was
 */
public record Rollout(
    long from,
    long to,
    Stage stage,
    Instant begun,
    Optional<String> reason,
    Optional<ErrorCode> code) {

  static Rollout begun(long from, long to, Instant at) {
    return new Rollout(from, to, Stage.ROLLING, at, Optional.empty(), Optional.empty());
  }

  /** The revision that all instances are to be of in the end. */
  public long goal() {
    return stage == Stage.ROLLING ? to : from;
  }

  /** An instance of {@code to} came to nothing. */
  Rollout failing(String why) {
    return stage == Stage.ROLLING && reason.isEmpty()
        ? new Rollout(from, to, stage, begun, Optional.of(why), code)
        : this;
  }

  /** Its time begins anew: nothing of it could become ready until now. */
  Rollout anew(Instant at) {
    return new Rollout(from, to, stage, at, reason, code);
  }

  Rollout halted(String why, ErrorCode kind) {
    return new Rollout(from, to, Stage.HALTED, begun, Optional.of(why), Optional.of(kind));
  }

  Rollout returning(String why) {
    return new Rollout(from, to, Stage.RETURNING, begun, Optional.of(why), Optional.empty());
  }
}
