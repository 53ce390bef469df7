package io.remuda.node.external;

import io.remuda.node.instance.JoinedWorker;
import io.remuda.protocol.Refused;
import io.remuda.protocol.model.TaskFacet;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * One joining of a worker and what has become of it. Changed under the lock of {@link
 * ExternalWorkers} alone; its futures are completed outside of it.
 */
final class Seat {
  private final String id;
  private final Worker worker;
  private final CompletableFuture<Optional<Refused>> answer = new CompletableFuture<>();
  private final Rest rest = new Rest();
  private volatile TaskFacet tasks = TaskFacet.TAKING;
  private volatile CompletableFuture<String> gone = new CompletableFuture<>();
  private long heardAt;
  private boolean taken;
  private boolean suspect;
  private Optional<String> objection = Optional.empty();
  private List<String> earlier = List.of();

  Seat(String id, Worker worker, long now) {
    this.id = id;
    this.worker = worker;
    this.heardAt = now;
  }

  String id() {
    return id;
  }

  Worker worker() {
    return worker;
  }

  /** Of the registry, whether it takes the model. */
  CompletableFuture<Optional<Refused>> answer() {
    return answer;
  }

  boolean isTaken() {
    return taken;
  }

  /**
   * @param before fingerprints of the schemas that its own took the place of
   */
  void taken(List<String> before) {
    taken = true;
    earlier = List.copyOf(before);
    objection = Optional.empty();
  }

  /** Fingerprints of the schemas whose tasks it works off as well. */
  List<String> earlier() {
    return earlier;
  }

  void refused(Refused why) {
    taken = false;
    objection = Optional.of(why.message());
  }

  /** Why the registry does not take its model any more. */
  Optional<String> objection() {
    return objection;
  }

  boolean isSuspect() {
    return suspect;
  }

  /** Whether this is news. */
  boolean suspect() {
    boolean news = !suspect;
    suspect = true;
    return news;
  }

  long silentSince(long now) {
    return now - heardAt;
  }

  void heard(long now) {
    heardAt = now;
    if (suspect) {
      suspect = false;
      gone = new CompletableFuture<>();
    }
  }

  /** For so long it could not be heard; no word of it is from later than {@code now}. */
  void forgive(long nanos, long now) {
    heardAt += Math.min(nanos, silentSince(now));
  }

  /** Whether it takes no tasks because its instance is leased. */
  Rest rest() {
    return rest;
  }

  void says(TaskFacet now) {
    tasks = now;
  }

  /** Told once, outside of the lock, that it is not there any more; of this presence alone. */
  Runnable goes(String why) {
    CompletableFuture<String> until = gone;
    return () -> until.complete(why);
  }

  /** As its instance sees it, until it is gone. */
  JoinedWorker present() {
    CompletableFuture<String> until = gone;
    return new JoinedWorker() {
      @Override
      public String name() {
        return worker.name();
      }

      @Override
      public Optional<URI> address() {
        return worker.address();
      }

      @Override
      public OptionalInt slots() {
        return worker.slots();
      }

      @Override
      public Optional<TaskFacet> tasks() {
        return worker.tasks() ? Optional.of(tasks) : Optional.empty();
      }

      @Override
      public CompletionStage<Void> rests(long lease) {
        return rest.when(lease);
      }

      @Override
      public CompletionStage<String> gone() {
        return until;
      }
    };
  }
}
