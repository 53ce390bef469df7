package io.remuda.node.duty;

import com.google.protobuf.ByteString;
import io.remuda.node.task.Claims;
import io.remuda.protocol.id.TaskId;
import io.remuda.protocol.proto.task.TaskEnvelope;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** A result store that is there, away, or silent, as a test says. */
final class ClaimsInMemory implements Claims {

  /** What it does when it is asked. */
  enum Mood {
    ANSWERS,
    AWAY,
    /** Takes claims and nothing more. */
    CLAIMS_ONLY,
    SILENT
  }

  private final Map<String, Seen> records = new HashMap<>();
  private final Map<String, String> ends = new HashMap<>();
  private final Map<String, ByteString> results = new HashMap<>();
  private final List<CompletableFuture<?>> unanswered = new ArrayList<>();
  private final Map<String, Integer> progress = new HashMap<>();
  private final List<String> looks = new ArrayList<>();
  private Mood mood = Mood.ANSWERS;

  synchronized void mood(Mood now) {
    mood = now;
  }

  /** Who was not answered is told that there will be no answer; how many these were. */
  int giveUpOnSilence() {
    List<CompletableFuture<?>> waiting;
    synchronized (this) {
      waiting = List.copyOf(unanswered);
      unanswered.clear();
    }
    waiting.forEach(call -> call.completeExceptionally(new IllegalStateException("time is up")));
    return waiting.size();
  }

  /** As if it had been claimed so often by workers that are gone. */
  synchronized void begun(String id, int attempts) {
    records.put(id, new Seen(true, false, attempts, "gone"));
  }

  /** As when a client cancels it. */
  synchronized void end(String id) {
    Seen seen = records.getOrDefault(id, Seen.NOTHING);
    records.put(id, new Seen(true, true, seen.attempt(), seen.nonce()));
  }

  synchronized int attempts(String id) {
    return records.getOrDefault(id, Seen.NOTHING).attempt();
  }

  /** DONE, or the code and the message of its failure; empty while it has not ended here. */
  synchronized Optional<String> ended(String id) {
    return Optional.ofNullable(ends.get(id));
  }

  /** In percent, as it was told last. */
  synchronized int progress(String id) {
    return progress.getOrDefault(id, 0);
  }

  synchronized ByteString result(String id) {
    return results.getOrDefault(id, ByteString.EMPTY);
  }

  /** As when a store without a disk is started again. */
  synchronized void forget(String id) {
    records.remove(id);
  }

  synchronized int looks() {
    return looks.size();
  }

  synchronized long looksAt(String id) {
    return looks.stream().filter(id::equals).count();
  }

  @Override
  public synchronized CompletionStage<Seen> look(TaskEnvelope task) {
    looks.add(task.getTaskId());
    return answer(false, () -> records.getOrDefault(task.getTaskId(), Seen.NOTHING));
  }

  @Override
  public CompletionStage<Optional<Claim>> claim(TaskEnvelope task, String nonce) {
    TaskId id = new TaskId(task.getTaskId());
    return answer(
        true,
        () -> {
          Seen seen = records.getOrDefault(id.value(), Seen.NOTHING);
          if (seen.ended()) {
            return Optional.empty();
          }
          int attempt = seen.attempt() + (seen.nonce().equals(nonce) ? 0 : 1);
          records.put(id.value(), new Seen(true, false, attempt, nonce));
          return Optional.of(new Claim(task, attempt, nonce));
        });
  }

  @Override
  public CompletionStage<Boolean> done(Claim claim, ByteString result) {
    return finish(claim, "DONE", result);
  }

  @Override
  public CompletionStage<Boolean> failed(Claim claim, String code, String message) {
    return finish(claim, code + ": " + message, ByteString.EMPTY);
  }

  private CompletionStage<Boolean> finish(Claim claim, String end, ByteString result) {
    String id = claim.task().getTaskId();
    return answer(
        false,
        () -> {
          Seen seen = records.getOrDefault(id, Seen.NOTHING);
          if (seen.ended() || !seen.nonce().equals(claim.nonce())) {
            return false;
          }
          records.put(id, new Seen(true, true, seen.attempt(), seen.nonce()));
          ends.put(id, end);
          results.put(id, result);
          return true;
        });
  }

  @Override
  public CompletionStage<Boolean> giveBack(Claim claim) {
    String id = claim.task().getTaskId();
    return answer(
        false,
        () -> {
          Seen seen = records.getOrDefault(id, Seen.NOTHING);
          if (seen.isPast(claim)) {
            return false;
          }
          records.put(id, new Seen(true, false, claim.attempt() - 1, ""));
          return true;
        });
  }

  @Override
  public CompletionStage<Boolean> progress(Claim claim, int percent) {
    return answer(
        false,
        () -> {
          progress.put(claim.task().getTaskId(), percent);
          return true;
        });
  }

  private synchronized <T> CompletionStage<T> answer(boolean claim, Supplier<T> change) {
    return switch (mood == Mood.CLAIMS_ONLY ? (claim ? Mood.ANSWERS : Mood.AWAY) : mood) {
      case ANSWERS, CLAIMS_ONLY -> CompletableFuture.completedStage(change.get());
      case AWAY -> CompletableFuture.failedStage(new IllegalStateException("it is away"));
      case SILENT -> {
        CompletableFuture<T> never = new CompletableFuture<>();
        unanswered.add(never);
        yield never;
      }
    };
  }

  @Override
  public Optional<String> health() {
    return Optional.empty();
  }

  @Override
  public void close() {}
}
