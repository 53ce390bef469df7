package io.remuda.node.external;

import io.remuda.node.instance.JoinedWorker;
import io.remuda.node.instance.WorkerDesk;
import io.remuda.node.self.OwnModels;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.TaskFacet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The workers that have joined this machine: one for each model. The registry hears of them as of
 * any model that the machine has by itself; their instances find them here. Soft state: after a
 * restart of the node workers find themselves unknown and join again.
 *
 * <p>Of any thread. What waits for a worker is told outside of the lock.
 */
public final class ExternalWorkers implements OwnModels, WorkerDesk {

  private static final Logger log = LoggerFactory.getLogger(ExternalWorkers.class);

  /** How often {@link #lookAround} is to be called. */
  public static final Duration LOOK = Duration.ofMillis(500);

  /** When the last look is longer ago, this process itself stood still. */
  private static final long STOOD_STILL = LOOK.multipliedBy(4).toNanos();

  private final WorkerSettings settings;
  private final LongSupplier nanos;
  private final Supplier<String> ids;
  private final Map<ModelName, Seat> seats = new HashMap<>();
  private final Arrivals arrivals = new Arrivals();
  private long lookedAt;

  /**
   * @param ids never gives the same word twice, nor one that can be guessed
   */
  public ExternalWorkers(WorkerSettings settings, LongSupplier nanos, Supplier<String> ids) {
    this.settings = settings;
    this.nanos = nanos;
    this.ids = ids;
    this.lookedAt = nanos.getAsLong();
  }

  /**
   * One joining of a worker.
   *
   * @param earlier fingerprints of the schemas that its own took the place of
   */
  record Joined(String id, Worker worker, List<String> earlier) {}

  /** Exactly one of the two is present. */
  record Outcome(Optional<Joined> joined, Optional<Refused> refused) {
    static Outcome refused(ErrorCode code, String sentence) {
      return new Outcome(Optional.empty(), Optional.of(Refused.of(code, sentence)));
    }
  }

  /**
   * A worker that has pinged.
   *
   * @param objection why the registry does not take its model any more
   */
  record Heard(Worker worker, Optional<String> objection) {}

  WorkerSettings settings() {
    return settings;
  }

  /**
   * Takes a worker in, and its old self's place if it was here before; answered when the registry
   * has taken its model.
   */
  CompletionStage<Outcome> join(Worker worker) {
    List<Runnable> news = new ArrayList<>();
    CompletableFuture<Optional<Refused>> answer;
    Seat seat;
    synchronized (this) {
      Seat before = seats.get(worker.model());
      Optional<Outcome> objection = objection(worker, before);
      if (objection.isPresent()) {
        return CompletableFuture.completedStage(objection.get());
      }
      seat = new Seat(ids.get(), worker, nanos.getAsLong());
      seats.put(worker.model(), seat);
      answer = seat.answer();
      if (before != null) {
        news.add(before.goes("worker " + before.worker().name() + " has joined again"));
        if (before.isTaken() && before.worker().spec().equals(worker.spec())) {
          answered(seat, Optional.empty(), before.earlier(), news);
        }
      }
    }
    news.forEach(Runnable::run);
    return answer
        .copy()
        .orTimeout(settings.joinLimit().toMillis(), TimeUnit.MILLISECONDS)
        .handle((refused, late) -> late == null ? refused : Optional.of(unheard()))
        .thenApply(refused -> joined(seat, refused));
  }

  private Optional<Outcome> objection(Worker worker, @Nullable Seat now) {
    if (now == null && seats.size() >= settings.most()) {
      return Optional.of(
          Outcome.refused(
              ErrorCode.NODE_FULL,
              "this machine has its %d workers (remuda.node.workers.most); let one leave, or join another machine"
                  .formatted(settings.most())));
    }
    if (now == null || now.isSuspect() || now.worker().name().equals(worker.name())) {
      return Optional.empty();
    }
    String first = now.worker().name();
    return Optional.of(
        Outcome.refused(
            ErrorCode.SPEC_CONFLICT,
            "the worker %s has %s on this machine; let it leave, join another machine, or say worker: %s when you are its next life"
                .formatted(first, worker.model(), first)));
  }

  private static Refused unheard() {
    return Refused.of(
        ErrorCode.REGISTRY_UNAVAILABLE,
        "the registry has not answered whether it takes the model; join again in a while");
  }

  private synchronized Outcome joined(Seat seat, Optional<Refused> refused) {
    if (refused.isPresent()) {
      seats.remove(seat.worker().model(), seat);
      log.info(
          "event=worker-refused worker={} model={} reason={}",
          seat.worker().name(),
          seat.worker().model(),
          refused.get().message());
      return new Outcome(Optional.empty(), refused);
    }
    log("worker-joined", seat);
    return new Outcome(
        Optional.of(new Joined(seat.id(), seat.worker(), seat.earlier())), Optional.empty());
  }

  /**
   * It is there.
   *
   * @param tasks what it says of its tasks, if anything
   * @return empty when it is unknown here and has to join again
   */
  Optional<Heard> ping(String id, Optional<TaskFacet> tasks) {
    List<Runnable> news = new ArrayList<>();
    Optional<Heard> known;
    synchronized (this) {
      Optional<Seat> seat = find(id);
      known = seat.map(there -> new Heard(there.worker(), there.objection()));
      seat.ifPresent(
          there -> {
            tasks.ifPresent(there::says);
            there.heard(nanos.getAsLong());
            if (there.isTaken()) {
              arrivals.welcome(there, news);
            }
          });
    }
    news.forEach(Runnable::run);
    return known;
  }

  /** Of a worker that has pinged: the lease for which it says to take no tasks; empty: it takes. */
  void rests(String id, OptionalLong lease) {
    Optional<Seat> seat;
    synchronized (this) {
      seat = find(id);
    }
    seat.ifPresent(there -> there.rest().says(lease));
  }

  /** Whether it was there. */
  boolean leave(String id) {
    Optional<Runnable> news;
    synchronized (this) {
      Optional<Seat> seat = find(id);
      seat.ifPresent(there -> seats.remove(there.worker().model()));
      news = seat.map(there -> there.goes("worker " + there.worker().name() + " has left"));
      seat.ifPresent(there -> log("worker-left", there));
    }
    news.ifPresent(Runnable::run);
    return news.isPresent();
  }

  /** Whose id it is. */
  synchronized Optional<Worker> worker(String id) {
    return find(id).map(Seat::worker);
  }

  /** Gives up those that have not been heard for too long; each {@link #LOOK}. */
  public void lookAround() {
    List<Runnable> news = new ArrayList<>();
    synchronized (this) {
      long now = nanos.getAsLong();
      long since = now - lookedAt;
      lookedAt = now;
      if (since > STOOD_STILL) {
        // What came meanwhile has not been read yet.
        seats.values().forEach(seat -> seat.forgive(since, now));
      }
      for (Iterator<Seat> each = seats.values().iterator(); each.hasNext(); ) {
        Seat seat = each.next();
        if (seat.silentSince(now) > settings.lostAfter().toNanos()) {
          each.remove();
          log("worker-lost", seat);
          news.add(seat.goes("worker " + seat.worker().name() + " is lost"));
        } else if (seat.silentSince(now) > settings.suspectAfter().toNanos() && seat.suspect()) {
          log("worker-silent", seat);
          news.add(
              seat.goes(
                  "worker %s has not pinged for %d s; see whether it runs"
                      .formatted(seat.worker().name(), settings.suspectAfter().toSeconds())));
        }
      }
    }
    news.forEach(Runnable::run);
  }

  private static void log(String event, Seat seat) {
    log.info("event={} worker={} model={}", event, seat.worker().name(), seat.worker().model());
  }

  @Override
  public synchronized List<ModelSpec> look() {
    return seats.values().stream().map(seat -> seat.worker().spec()).toList();
  }

  @Override
  public void answered(ModelSpec spec, Optional<Refused> refused, List<String> earlier) {
    List<Runnable> news = new ArrayList<>();
    synchronized (this) {
      Seat seat = seats.get(spec.name());
      if (seat != null && seat.worker().spec().equals(spec)) {
        answered(seat, refused, earlier, news);
      }
    }
    news.forEach(Runnable::run);
  }

  private void answered(
      Seat seat, Optional<Refused> refused, List<String> earlier, List<Runnable> news) {
    if (refused.isPresent()) {
      seat.refused(refused.get());
    } else {
      boolean first = !seat.isTaken();
      seat.taken(earlier);
      if (first) {
        arrivals.welcome(seat, news);
      }
    }
    news.add(() -> seat.answer().complete(refused));
  }

  @Override
  public synchronized CompletableFuture<JoinedWorker> next(ModelName model, String fingerprint) {
    Seat seat = seats.get(model);
    return seat != null
            && seat.isTaken()
            && !seat.isSuspect()
            && Arrivals.fits(seat, model, fingerprint)
        ? CompletableFuture.completedFuture(seat.present())
        : arrivals.next(model, fingerprint);
  }

  private Optional<Seat> find(String id) {
    return seats.values().stream().filter(seat -> seat.id().equals(id)).findFirst();
  }
}
