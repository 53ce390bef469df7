package io.remuda.node.instance;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.model.LeaseToken;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.slf4j.Logger;

/**
 * What one instance keeps of its lease on the disk: one file, written off the actor's thread, each
 * time after the one before.
 */
final class LeaseFile {

  private final InstanceId id;
  private final InstanceFolder folders;
  private final Executor blocking;
  private final Logger log;
  private CompletionStage<Void> before = CompletableFuture.completedFuture(null);
  private CompletionStage<Void> last = CompletableFuture.completedFuture(null);
  // Written where the file is: what the next JVM would wait for.
  private volatile long keptMillis;

  LeaseFile(InstanceId id, Surroundings around, Logger log) {
    this.id = id;
    this.folders = around.folders();
    this.blocking = around.blocking();
    this.log = log;
  }

  /** Completed when the next JVM would know it; with the failure when it would not. */
  CompletionStage<Void> keep(LeaseToken grant, boolean held, Duration ttl) {
    KeptHold hold = new KeptHold(grant, held, ttl.toMillis());
    CompletableFuture<Void> now = new CompletableFuture<>();
    before = before.thenRunAsync(() -> write(hold, now), blocking);
    last = now;
    return now;
  }

  private void write(KeptHold hold, CompletableFuture<Void> now) {
    try {
      folders.keep(id, hold);
      keptMillis = hold.ttlMillis();
      now.complete(null);
    } catch (NoSuchFileException e) {
      if (hold.held()) {
        now.completeExceptionally(e);
      } else {
        // No JVM takes up what has no assignment: nobody is left to hold it for anybody.
        now.complete(null);
      }
    } catch (IOException | RuntimeException e) {
      now.completeExceptionally(e);
    }
  }

  /** The outcome of what was to be kept last. */
  CompletionStage<Void> last() {
    return last;
  }

  /** Whether the next JVM would wait for at least so long. */
  boolean covers(Duration ttl) {
    return ttl.toMillis() <= keptMillis;
  }

  /** What whoever asked is told of a failure. */
  Refused notKept(Throwable why) {
    log.error("lease.json was not written instance={}", id, why);
    return Refused.of(
        ErrorCode.INTERNAL,
        "%s could not write down its lease (%s); is there room on its machine's disk?"
            .formatted(id, why));
  }
}
