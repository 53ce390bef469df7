package io.remuda.node.instance;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.model.LeaseToken;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import org.slf4j.Logger;

/**
 * What one instance keeps of its shares on the disk: one file, written off the actor's thread, each
 * time after the one before.
 */
final class SharesFile {

  private final InstanceId id;
  private final InstanceFolder folders;
  private final Executor blocking;
  private final Logger log;
  private CompletionStage<Void> before = CompletableFuture.completedFuture(null);
  private CompletableFuture<Void> last = CompletableFuture.completedFuture(null);

  // Written where the file is: for how long the next JVM would wait for each.
  private volatile Map<LeaseToken, Long> keptMillis = Map.of();

  SharesFile(InstanceId id, Surroundings around, Logger log) {
    this.id = id;
    this.folders = around.folders();
    this.blocking = around.blocking();
    this.log = log;
  }

  /** Completed when the next JVM would know it; with the failure when it would not. */
  CompletionStage<Void> keep(KeptShares shares) {
    CompletableFuture<Void> now = new CompletableFuture<>();
    before = before.thenRunAsync(() -> write(shares, now), blocking);
    last = now;
    return now;
  }

  private void write(KeptShares shares, CompletableFuture<Void> now) {
    try {
      folders.keep(id, shares);
      keptMillis =
          shares.shares().stream()
              .collect(Collectors.toMap(KeptShares.Kept::token, KeptShares.Kept::ttlMillis));
      now.complete(null);
    } catch (NoSuchFileException e) {
      if (shares.shares().isEmpty()) {
        // No JVM takes up what has no assignment: nobody is left to keep a share for anybody.
        now.complete(null);
      } else {
        now.completeExceptionally(e);
      }
    } catch (IOException | RuntimeException e) {
      now.completeExceptionally(e);
    }
  }

  /** Whether the next JVM would wait for {@code grant}'s holder for at least so long. */
  boolean covers(LeaseToken grant, Duration ttl) {
    return ttl.toMillis() <= keptMillis.getOrDefault(grant, -1L);
  }

  /** Whether what was to be kept last is not on the disk and will not be. */
  boolean hasFailed() {
    return last.isCompletedExceptionally();
  }

  /** The outcome of what was to be kept last. */
  CompletionStage<Void> last() {
    return last;
  }

  /** What whoever asked is told of a failure. */
  Refused notKept(Throwable why) {
    log.error("shares.json was not written instance={}", id, why);
    return Refused.of(
        ErrorCode.INTERNAL,
        "%s could not write down its shares (%s); is there room on its machine's disk?"
            .formatted(id, why));
  }
}
