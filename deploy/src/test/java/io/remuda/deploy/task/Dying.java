package io.remuda.deploy.task;

import com.google.protobuf.ByteString;
import io.remuda.node.task.Claims;
import io.remuda.protocol.proto.task.TaskEnvelope;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Claims of a worker that stops for good between two steps: nothing it awaits comes any more. */
final class Dying implements Claims {

  /** The last thing that it does. */
  enum Step {
    TAKEN,
    CLAIMED,
    COMPUTED,
    STORED
  }

  private final Claims claims;
  private final Step last;
  private final CompletableFuture<Step> died = new CompletableFuture<>();

  Dying(Claims claims, Step last) {
    this.claims = claims;
    this.last = last;
  }

  CompletionStage<Step> died() {
    return died;
  }

  @Override
  public CompletionStage<Seen> look(TaskEnvelope task) {
    return claims.look(task);
  }

  @Override
  public CompletionStage<Optional<Claim>> claim(TaskEnvelope task, String nonce) {
    if (last == Step.TAKEN) {
      return dead();
    }
    return last == Step.CLAIMED
        ? claims.claim(task, nonce).thenCompose(claim -> dead())
        : claims.claim(task, nonce);
  }

  @Override
  public CompletionStage<Boolean> done(Claim claim, ByteString result) {
    return last == Step.COMPUTED
        ? dead()
        : claims.done(claim, result).thenCompose(stored -> dead());
  }

  @Override
  public CompletionStage<Boolean> failed(Claim claim, String code, String message) {
    return dead();
  }

  @Override
  public CompletionStage<Boolean> giveBack(Claim claim) {
    return claims.giveBack(claim);
  }

  @Override
  public CompletionStage<Boolean> progress(Claim claim, int percent) {
    return claims.progress(claim, percent);
  }

  @Override
  public Optional<String> health() {
    return claims.health();
  }

  @Override
  public void close() {}

  private <T> CompletionStage<T> dead() {
    died.complete(last);
    return new CompletableFuture<>();
  }
}
