package io.remuda.node.instance;

import io.remuda.node.instance.Admission.Permit;
import io.remuda.node.instance.Admission.Waiter;
import java.time.Duration;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
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

  private static final long OPEN = 1L << 62;
  private static final long COUNT = (1L << 20) - 1;
  private static final int SHARED = 20;
  private static final int RESERVED = 40;

  private final AtomicLong word = new AtomicLong();
  private final Queue<Waiter> waiters = new ConcurrentLinkedQueue<>();
  private final AtomicInteger waiting = new AtomicInteger();
  private final Queue<Waiter> patient = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean patientTurn = new AtomicBoolean();
  private final AtomicReference<@Nullable CompletableFuture<Void>> emptied =
      new AtomicReference<>();
  private final Queue<CompletableFuture<Void>> roomless = new ConcurrentLinkedQueue<>();
  private final Queue<ShareSlots> closing = new ConcurrentLinkedQueue<>();
  private final int queueLimit;
  private final LongSupplier nanos;
  private volatile int slots;

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
    this.slots = slots;
    this.queueLimit = queueLimit;
    this.nanos = nanos;
    this.idleSince = nanos.getAsLong();
  }

  /** A permit now, or nothing: for whoever can wait elsewhere. */
  public Optional<Permit> tryAcquire() {
    return waiting.get() == 0 && take() ? Optional.of(new Permit(this, null)) : Optional.empty();
  }

  /**
   * A permit now, or a place in the queue, or a refusal. Only after {@link Admission.Queued} is
   * {@code later} called: once, with {@link Admission.Granted} or {@link Admission.Closed}.
   */
  public Admission acquire(Consumer<Admission> later) {
    while (true) {
      int queued = waiting.get();
      switch (AdmissionPolicy.decide(isOpen(), taken(word.get()), slots, queued, queueLimit)) {
        case CLOSED:
          return new Admission.Closed();
        case FULL:
          return new Admission.Full(slots);
        case TAKE:
          if (take()) {
            return new Admission.Granted(new Permit(this, null));
          }
          break;
        case WAIT:
          if (waiting.compareAndSet(queued, queued + 1)) {
            Waiter waiter = new Waiter(this, later);
            waiters.add(waiter);
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
    while (true) {
      long seen = word.get();
      boolean open = (seen & OPEN) != 0;
      if (!open || (seen & COUNT) >= slots) {
        share.give();
        return open ? new Admission.Full(share.slots()) : new Admission.Closed();
      }
      if (word.compareAndSet(seen, seen + 1 + (1L << SHARED))) {
        return new Admission.Granted(new Permit(this, share));
      }
    }
  }

  /** Keeps {@code count} slots from everybody's requests that come from now on. */
  ShareSlots reserve(int count) {
    ShareSlots share = new ShareSlots(count);
    word.addAndGet((long) count << RESERVED);
    serve();
    return share;
  }

  /** The share's slots are everybody's, those that are taken as they come back. */
  void unreserve(ShareSlots share) {
    closing.removeIf(ShareSlots::isOver);
    share.close();
    closing.add(share);
    word.addAndGet(-((long) share.slots() << RESERVED));
    closing.removeIf(ShareSlots::isOver);
    tellRoom();
    serve();
  }

  /** Slots that are kept for shares. */
  public int reserved() {
    return (int) (word.get() >>> RESERVED & COUNT);
  }

  /** Completed when no more requests are under way beside the shares than slots beside them. */
  CompletionStage<Void> whenRoom() {
    CompletableFuture<Void> next = new CompletableFuture<>();
    roomless.add(next);
    tellRoom();
    return next.minimalCompletionStage();
  }

  private void tellRoom() {
    while (!roomless.isEmpty() && taken(word.get()) <= slots) {
      CompletableFuture<Void> waiting = roomless.poll();
      if (waiting != null) {
        waiting.complete(null);
      }
    }
  }

  /**
   * Slots that a request of everybody's cannot take: those of others, of shares, and of calls whose
   * share is over. Look at these after the word, in which their share is no more.
   */
  private int taken(long seen) {
    int all = (int) (seen & COUNT);
    int shared = (int) (seen >>> SHARED & COUNT);
    int kept = (int) (seen >>> RESERVED & COUNT);
    int left = closing.isEmpty() ? 0 : closing.stream().mapToInt(ShareSlots::taken).sum();
    return Math.max(all, all - shared + kept + left);
  }

  /**
   * Waits for a permit for as long as the gate is open and shares leave a slot, however many wait.
   * {@code later} is called once, maybe before this returns, with {@link Admission.Granted} or
   * {@link Admission.Closed}.
   */
  public void await(Consumer<Admission> later) {
    patient.add(new Waiter(this, later));
    serve();
  }

  /** Lets requests in. */
  public void open() {
    idleSince = nanos.getAsLong();
    synchronized (this) {
      word.updateAndGet(value -> value | OPEN);
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
      word.updateAndGet(value -> value & ~OPEN);
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
    CompletableFuture<Void> next = new CompletableFuture<>();
    CompletableFuture<Void> before = emptied.getAndSet(next);
    if (before != null) {
      before.cancel(false);
    }
    // The last permit may have come back before this could be seen.
    tellWhenEmpty();
    return next.minimalCompletionStage();
  }

  public boolean isOpen() {
    return (word.get() & OPEN) != 0;
  }

  /** Permits that are out. */
  public int inFlight() {
    return (int) (word.get() & COUNT);
  }

  public int queued() {
    return waiting.get();
  }

  public int slots() {
    return slots;
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
    slots = count;
    tellRoom();
    serve();
  }

  void give(@Nullable ShareSlots share) {
    if (share != null) {
      share.give();
      if (share.isOver()) {
        closing.remove(share);
      }
    }
    long left = word.addAndGet(share == null ? -1 : -1 - (1L << SHARED));
    if ((left & COUNT) == 0) {
      idleSince = nanos.getAsLong();
    }
    if ((left & (OPEN | COUNT)) == 0) {
      completeWhenIdle();
    }
    if ((left & COUNT) == 0) {
      tellWhenEmpty();
    }
    tellRoom();
    serve();
  }

  /**
   * Counts after it has seen who waits, not before: whoever began to wait since has closed the
   * instance to others meanwhile, and a permit may have been taken before that.
   */
  private void tellWhenEmpty() {
    CompletableFuture<Void> waiting = emptied.get();
    if (waiting != null && inFlight() == 0) {
      waiting.complete(null);
    }
  }

  void left(Waiter waiter) {
    if (waiters.remove(waiter)) {
      waiting.decrementAndGet();
    }
  }

  /** Only a closed gate takes the lock: it may have been opened again since the last permit. */
  private void completeWhenIdle() {
    CompletableFuture<Void> closing;
    synchronized (this) {
      if ((word.get() & (OPEN | COUNT)) != 0) {
        return;
      }
      closing = idle;
    }
    closing.complete(null);
  }

  private boolean take() {
    while (true) {
      long seen = word.get();
      if ((seen & OPEN) == 0 || taken(seen) >= slots) {
        return false;
      }
      if (word.compareAndSet(seen, seen + 1)) {
        return true;
      }
    }
  }

  private void serve() {
    while (!waiters.isEmpty() || !patient.isEmpty()) {
      if (!isOpen()) {
        next(new Admission.Closed());
      } else if (take()) {
        Permit permit = new Permit(this, null);
        if (!next(new Admission.Granted(permit))) {
          permit.release();
        }
      } else if (isOpen()) {
        if (reserved() >= slots) {
          sendAway();
        }
        return;
      }
    }
  }

  /** Shares may have all slots for hours: who waits without a limit waits elsewhere. */
  private void sendAway() {
    for (Waiter next = patient.poll(); next != null; next = patient.poll()) {
      tell(next, new Admission.Closed());
    }
  }

  private @Nullable Waiter poll() {
    boolean patientFirst = !patient.isEmpty() && patientTurn.getAndSet(false);
    Waiter urgent = patientFirst ? null : waiters.poll();
    if (urgent != null) {
      waiting.decrementAndGet();
      patientTurn.set(true);
      return urgent;
    }
    Waiter next = patient.poll();
    if (next == null && patientFirst) {
      next = waiters.poll();
      if (next != null) {
        waiting.decrementAndGet();
      }
    }
    return next;
  }

  /** Whether the longest waiter was there to be told. */
  private boolean next(Admission admission) {
    return tell(poll(), admission);
  }

  private static boolean tell(@Nullable Waiter waiter, Admission admission) {
    if (waiter == null || !waiter.settle()) {
      return false;
    }
    try {
      waiter.tell(admission);
      return true;
    } catch (RuntimeException e) {
      // A waiter that fails has gone: its grant goes back and the next one is served.
      return false;
    }
  }
}
