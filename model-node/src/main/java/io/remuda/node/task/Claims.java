package io.remuda.node.task;

import com.google.protobuf.ByteString;
import io.remuda.protocol.proto.task.TaskEnvelope;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;

/**
 * Who may store a task's result: the working side of the result store. A stage fails when the store
 * cannot be reached within {@code remuda.tasks.timeout}; the change may have been made all the
 * same.
 */
public interface Claims extends AutoCloseable {

  /**
   * One worker's right to store the result, until another claim replaces it.
   *
   * @param attempt how often the task has been claimed, this time included
   */
  record Claim(TaskEnvelope task, int attempt, String nonce) {}

  /**
   * What the store knows of a task.
   *
   * @param known false when it has no record of it, or has lost it
   * @param attempt how often it has been claimed
   * @param nonce of the claim that counts, if any does
   */
  record Seen(boolean known, boolean ended, int attempt, String nonce) {

    public static final Seen NOTHING = new Seen(false, false, 0, "");

    /** Whether no result of {@code claim} would be taken; one of a lost record still is. */
    public boolean isPast(Claim claim) {
      return known && (ended || attempt != claim.attempt() || !nonce.equals(claim.nonce()));
    }
  }

  /** Changes nothing, and counts as no attempt. */
  CompletionStage<Seen> look(TaskEnvelope task);

  /**
   * A claim for the task; empty when it has ended and is only to be acknowledged. Said again under
   * the same nonce, as when the answer did not come in time, it is the same claim and attempt.
   *
   * @param nonce drawn anew for each delivery
   */
  CompletionStage<Optional<Claim>> claim(TaskEnvelope task, String nonce);

  /** The same under a fresh nonce. */
  default CompletionStage<Optional<Claim>> claim(TaskEnvelope task) {
    return claim(task, UUID.randomUUID().toString());
  }

  /**
   * Whether the answer was stored: false when the claim is no longer the one that counts. A record
   * that the store has lost since the claim is made anew until the task's deadline, and not after
   * it.
   */
  CompletionStage<Boolean> done(Claim claim, ByteString result);

  /** Like {@link #done}, for a task that will not succeed. */
  CompletionStage<Boolean> failed(Claim claim, String code, String message);

  /**
   * Makes the claim as if it had never been: the task waits again, and was begun once less. False
   * when the claim is no longer the one that counts.
   */
  CompletionStage<Boolean> giveBack(Claim claim);

  /**
   * Notes how far the task is; false when the claim is no longer the one that counts, and whoever
   * works on it may stop.
   *
   * @param percent 0 to 100
   */
  CompletionStage<Boolean> progress(Claim claim, int percent);

  /** Empty while the store answers; else the reason why it does not. */
  Optional<String> health();

  @Override
  void close();
}
