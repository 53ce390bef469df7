package io.remuda.node.duty;

import com.google.protobuf.ByteString;
import io.remuda.node.task.Claims;
import io.remuda.protocol.proto.task.TaskEnvelope;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Claims that are counted; the store behind them stays open. */
record MeasuredClaims(Claims claims, TaskMeters meters) implements Claims {

  @Override
  public CompletionStage<Seen> look(TaskEnvelope task) {
    return claims.look(task);
  }

  @Override
  public CompletionStage<Optional<Claim>> claim(TaskEnvelope task, String nonce) {
    return claims
        .claim(task, nonce)
        .whenComplete(
            (claim, failure) -> {
              if (failure == null) {
                claim.ifPresent(mine -> meters.began(mine.attempt()));
              }
            });
  }

  @Override
  public CompletionStage<Boolean> done(Claim claim, ByteString result) {
    return counted(claims.done(claim, result), "done");
  }

  @Override
  public CompletionStage<Boolean> failed(Claim claim, String code, String message) {
    return counted(claims.failed(claim, code, message), code);
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

  private CompletionStage<Boolean> counted(CompletionStage<Boolean> stored, String outcome) {
    return stored.whenComplete(
        (counts, failure) -> {
          if (failure == null && counts) {
            meters.ended(outcome);
          }
        });
  }
}
