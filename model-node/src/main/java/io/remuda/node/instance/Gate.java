package io.remuda.node.instance;

import io.remuda.node.instance.Admission.Permit;
import io.remuda.node.instance.Admission.Waiter;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The admission of one instance: so many requests at once, a very small queue behind them, a place
 * without limit for those that can wait long (durable tasks, whose number their worker limits), and
 * an open bit that lives in one atomic word with the counts, so that a request is either counted
 * before the gate closes or refused.
 *
 * <p>Slots may be reserved for shares: everybody's requests take none of those, and a share's take
 * no others and wait in no line. What had a permit before goes on, so that a share holds once
 * {@link #whenRoom} is completed.
 *
 * <p>Never more permits are out than there were slots at the time of the last grant; a permit that
 * is released goes to the request that has waited longest, in turns with the patient ones, so that
 * neither kind keeps the other out; a waiter that has gone never keeps one. Asking and releasing
 * take no lock and may be done by any thread. A waiter is told on the thread that released, so it
 * hands over and returns.
 */
public final class Gate {

  private final Permits permits;
  private final WaitingLine line = new WaitingLine();
  private final Vacancy vacancy;
  private final int queueLimit;
  private final LongSupplier nanos;

  /** When the last permit came back, or the gate was opened. */
  private volatile long idleSince;

  private volatile CompletableFuture<Void> idle = CompletableFuture.completedFuture(null);

  /** A closed gate. */
  public Gate(int slots, int queueLimit) {
    this(slots, queueLimit, System::nanoTime);
  }

  /**
   * A closed gate.
   *
   * @param nanos tells the time by which it is idle, as {@link System#nanoTime()}
   */
  public Gate(int slots, int queueLimit, LongSupplier nanos) {
    if (slots < 1 || queueLimit < 0) {
      throw new IllegalArgumentException(
          "a gate has 1 slot or more and a queue of 0 or more, not %d and %d"
              .formatted(slots, queueLimit));
    }
    this.permits = new Permits(slots);
    this.vacancy = new Vacancy(() -> permits.taken() <= permits.slots(), () -> permits.out() == 0);
    this.queueLimit = queueLimit;
    this.nanos = nanos;
    this.idleSince = nanos.getAsLong();
  }

  /** A permit now, or nothing: for whoever can wait elsewhere. */
  public Optional<Permit> tryAcquire() {
    return line.queued() == 0 && permits.take()
        ? Optional.of(new Permit(this, null))
        : Optional.empty();
  }

  /**
   * A permit now, or a place in the queue, or a refusal. Only after {@link Admission.Queued} is
   * {@code later} called: once, with {@link Admission.Granted} or {@link Admission.Closed}.
   */
  public Admission acquire(Consumer<Admission> later) {
    while (true) {
      int queued = line.queued();
      switch (AdmissionPolicy.decide(
          isOpen(), permits.taken(), permits.slots(), queued, queueLimit)) {
        case CLOSED:
          return new Admission.Closed();
        case FULL:
          return new Admission.Full(permits.slots());
        case TAKE:
          if (permits.take()) {
            return new Admission.Granted(new Permit(this, null));
          }
          break;
        case WAIT:
          if (line.reserve(queued)) {
            Waiter waiter = new Waiter(this, later);
            line.add(waiter);
            // A slot may have come free, or the gate closed, before the waiter could be seen.
            serve();
            return new Admission.Queued(waiter);
          }
          break;
      }
    }
  }

  /** A permit of a share now, or a refusal: its holder waits in nobody's line. */
  Admission acquire(ShareSlots share) {
    if (!share.take()) {
      return isOpen() ? new Admission.Full(share.slots()) : new Admission.Closed();
    }
    Permits.OfShare came = permits.takeShared();
    if (came == Permits.OfShare.TAKEN) {
      return new Admission.Granted(new Permit(this, share));
    }
    share.give();
    return came == Permits.OfShare.FULL
        ? new Admission.Full(share.slots())
        : new Admission.Closed();
  }

  /** Keeps {@code count} slots from everybody's requests that come from now on. */
  ShareSlots reserve(int count) {
    ShareSlots share = new ShareSlots(count);
    permits.reserve(share);
    serve();
    return share;
  }

  /** The share's slots are everybody's, those that are taken as they come back. */
  void unreserve(ShareSlots share) {
    permits.unreserve(share);
    vacancy.tellRoom();
    serve();
  }

  /** Slots that are kept for shares. */
  public int reserved() {
    return permits.reserved();
  }

  /** Completed when no more requests are under way beside the shares than slots beside them. */
  CompletionStage<Void> whenRoom() {
    return vacancy.whenRoom();
  }

  /**
   * Waits for a permit for as long as the gate is open and shares leave a slot, however many wait.
   * {@code later} is called once, maybe before this returns, with {@link Admission.Granted} or
   * {@link Admission.Closed}.
   */
  public void await(Consumer<Admission> later) {
    line.addPatient(new Waiter(this, later));
    serve();
  }

  /** Lets requests in. */
  public void open() {
    idleSince = nanos.getAsLong();
    synchronized (this) {
      permits.open();
    }
    serve();
  }

  /**
   * Lets nothing new in and refuses who waits; what has a permit goes on.
   *
   * @return completed when the gate is closed and the last permit is back
   */
  public CompletionStage<Void> close() {
    CompletableFuture<Void> closing;
    synchronized (this) {
      if (idle.isDone()) {
        idle = new CompletableFuture<>();
      }
      closing = idle;
      permits.close();
    }
    serve();
    completeWhenIdle();
    return closing.minimalCompletionStage();
  }

  /**
   * Completed when no permit is out: at some moment after this was called, be it at once. One waits
   * at a time: who called before and still waits is told that somebody else does now.
   */
  public CompletionStage<Void> whenEmpty() {
    return vacancy.whenEmpty();
  }

  public boolean isOpen() {
    return permits.isOpen();
  }

  /** Permits that are out. */
  public int inFlight() {
    return permits.out();
  }

  public int queued() {
    return line.queued();
  }

  public int slots() {
    return permits.slots();
  }

  /** For how long no permit has been out and nobody has waited; zero while any is or does. */
  public Duration idle() {
    return inFlight() > 0 || queued() > 0
        ? Duration.ZERO
        : Duration.ofNanos(Math.max(0, nanos.getAsLong() - idleSince));
  }

  /** More slots are given to who waits at once; fewer hold as permits come back. */
  public void slots(int count) {
    if (count < 1) {
      throw new IllegalArgumentException("a gate has 1 slot or more, not " + count);
    }
    permits.slots(count);
    vacancy.tellRoom();
    serve();
  }

  void give(@Nullable ShareSlots share) {
    long left = permits.give(share);
    if (Permits.noneOut(left)) {
      idleSince = nanos.getAsLong();
    }
    if (Permits.isOver(left)) {
      completeWhenIdle();
    }
    if (Permits.noneOut(left)) {
      vacancy.tellWhenEmpty();
    }
    vacancy.tellRoom();
    serve();
  }

  void left(Waiter waiter) {
    line.left(waiter);
  }

  /** Only a closed gate takes the lock: it may have been opened again since the last permit. */
  private void completeWhenIdle() {
    CompletableFuture<Void> closing;
    synchronized (this) {
      if (!permits.isOver()) {
        return;
      }
      closing = idle;
    }
    closing.complete(null);
  }

  private void serve() {
    while (!line.isEmpty()) {
      if (!isOpen()) {
        line.tellNext(new Admission.Closed());
      } else if (permits.take()) {
        Permit permit = new Permit(this, null);
        if (!line.tellNext(new Admission.Granted(permit))) {
          permit.release();
        }
      } else if (isOpen()) {
        if (reserved() >= permits.slots()) {
          line.sendPatientAway();
        }
        return;
      }
    }
  }
}
