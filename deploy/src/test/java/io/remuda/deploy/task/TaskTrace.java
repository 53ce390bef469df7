package io.remuda.deploy.task;

import com.google.protobuf.ByteString;
import io.remuda.node.task.Claims;
import io.remuda.node.task.Consumption;
import io.remuda.node.task.Delivery;
import io.remuda.node.task.TaskSource;
import io.remuda.node.task.Verdict;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.proto.task.TaskEnvelope;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * Where tasks' time goes: when each of those that were {@link #begin begun} here came to each step
 * of its way. All sides are in one JVM, so one clock tells.
 */
final class TaskTrace {

  enum Step {
    DUE,
    BEGUN,
    NOTED,
    CONFIRMED,
    ACCEPTED,
    TAKEN,
    IN_SLOT,
    CLAIMED,
    COMPUTED,
    STORED,
    SEEN
  }

  /** From one step to a later one. */
  private record Stretch(String name, ToLongFunction<AtomicLongArray> nanos) {

    static Stretch of(String name, Step from, Step to) {
      return new Stretch(name, way -> at(way, to) - at(way, from));
    }
  }

  /** A task's whole time is the sum of these. */
  private static final List<Stretch> WAY =
      List.of(
          Stretch.of("due until begun", Step.DUE, Step.BEGUN),
          Stretch.of("noted in the store", Step.BEGUN, Step.NOTED),
          Stretch.of("published and taken", Step.NOTED, Step.TAKEN),
          Stretch.of("given a slot", Step.TAKEN, Step.IN_SLOT),
          Stretch.of("claimed", Step.IN_SLOT, Step.CLAIMED),
          Stretch.of("computed", Step.CLAIMED, Step.COMPUTED),
          Stretch.of("stored", Step.COMPUTED, Step.STORED),
          new Stretch(
              "accepted after that",
              way -> Math.max(0, at(way, Step.ACCEPTED) - at(way, Step.STORED))),
          new Stretch(
              "seen by who waits",
              way -> at(way, Step.SEEN) - Math.max(at(way, Step.STORED), at(way, Step.ACCEPTED))));

  private static final List<Stretch> BESIDE =
      List.of(
          Stretch.of("(published and confirmed)", Step.NOTED, Step.CONFIRMED),
          Stretch.of("(confirmed, then accepted)", Step.CONFIRMED, Step.ACCEPTED));

  private final Map<String, AtomicLongArray> ways = new ConcurrentHashMap<>();

  /** Follows the task; {@code due} is by {@link System#nanoTime()}. */
  void begin(TaskEnvelope task, long due) {
    AtomicLongArray way = new AtomicLongArray(Step.values().length);
    way.set(Step.DUE.ordinal(), due);
    way.set(Step.BEGUN.ordinal(), System.nanoTime());
    ways.put(task.getTaskId(), way);
  }

  /** The task has come to a step; nothing for one that is not followed. */
  void at(TaskEnvelope task, Step step) {
    AtomicLongArray way = ways.get(task.getTaskId());
    if (way != null) {
      way.set(step.ordinal(), System.nanoTime());
    }
  }

  private static long at(AtomicLongArray way, Step step) {
    return way.get(step.ordinal());
  }

  /** A line for each stretch, and how long it took on the ways that were the longest. */
  void print() {
    List<AtomicLongArray> longest =
        ways.values().stream()
            .sorted(
                Comparator.comparingLong(
                        (AtomicLongArray way) -> at(way, Step.SEEN) - at(way, Step.DUE))
                    .reversed())
            .limit(Math.max(1, ways.size() / 100))
            .toList();
    System.out.printf(
        "                  %-28s %9s %9s %9s  %s%n",
        "ms on the way", "median", "p99", "longest", "mean of the slowest hundredth");
    List<Stretch> all = new ArrayList<>(WAY);
    all.addAll(BESIDE);
    for (Stretch stretch : all) {
      List<Long> sorted = ways.values().stream().map(stretch.nanos::applyAsLong).sorted().toList();
      System.out.printf(
          "                  %-28s %9.1f %9.1f %9.1f %9.1f%n",
          stretch.name,
          sorted.get(sorted.size() / 2) / 1e6,
          sorted.get(sorted.size() * 99 / 100) / 1e6,
          sorted.get(sorted.size() - 1) / 1e6,
          longest.stream().mapToLong(stretch.nanos).average().orElse(0) / 1e6);
    }
    ways.clear();
  }

  /** The same source, with a note of what it hands over. */
  TaskSource noting(TaskSource source) {
    return new TaskSource() {
      @Override
      public Consumption consume(
          ModelName model,
          String fingerprint,
          int window,
          Function<Delivery, CompletionStage<Verdict>> work) {
        return source.consume(
            model,
            fingerprint,
            window,
            delivery -> {
              at(delivery.task(), Step.TAKEN);
              return work.apply(delivery);
            });
      }

      @Override
      public void close() {
        source.close();
      }
    };
  }

  /** The same claims, with a note of when each is asked for and given. */
  Claims noting(Claims claims) {
    return new NotedClaims(claims);
  }

  private final class NotedClaims implements Claims {
    private final Claims claims;

    NotedClaims(Claims claims) {
      this.claims = claims;
    }

    @Override
    public CompletionStage<Seen> look(TaskEnvelope task) {
      return claims.look(task);
    }

    @Override
    public CompletionStage<Optional<Claim>> claim(TaskEnvelope task, String nonce) {
      at(task, Step.IN_SLOT);
      return claims.claim(task, nonce).whenComplete((claim, failure) -> at(task, Step.CLAIMED));
    }

    @Override
    public CompletionStage<Boolean> done(Claim claim, ByteString result) {
      at(claim.task(), Step.COMPUTED);
      return claims
          .done(claim, result)
          .whenComplete((counts, failure) -> at(claim.task(), Step.STORED));
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
}
