package io.remuda.deploy.task;

import com.google.protobuf.ByteString;
import io.remuda.node.task.Claims;
import io.remuda.protocol.proto.task.TaskEnvelope;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** Claims that note which tasks were handed to their worker. */
final class Noting implements Claims {

  private final Claims claims;
  private final Set<String> taken;

  Noting(Claims claims, Set<String> taken) {
    this.claims = claims;
    this.taken = taken;
  }

  @Override
  public CompletionStage<Seen> look(TaskEnvelope task) {
    taken.add(task.getTaskId());
    return claims.look(task);
  }

  @Override
  public CompletionStage<Optional<Claim>> claim(TaskEnvelope task, String nonce) {
    taken.add(task.getTaskId());
    return claims.claim(task, nonce);
  }

  @Override
  public CompletionStage<Boolean> done(Claim claim, ByteString result) {
    return claims.done(claim, result);
  }

  @Override
  public CompletionStage<Boolean> failed(Claim claim, String code, String message) {
    return claims.failed(claim, code, message);
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
  public void close() {
    claims.close();
  }
}
