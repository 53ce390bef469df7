package io.remuda.node.instance;

import io.remuda.node.instance.Admission.Waiter;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Who waits at a gate: a bounded number in its queue, and beside them the patient, whom nothing
 * bounds here. Both kinds are told in turns, each the one first that has waited longest, so that
 * neither keeps the other out. Of any thread, without a lock.
 */
final class WaitingLine {

  private final Queue<Waiter> waiters = new ConcurrentLinkedQueue<>();
  private final AtomicInteger waiting = new AtomicInteger();
  private final Queue<Waiter> patient = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean patientTurn = new AtomicBoolean();

  /** Those in the queue, and those that are about to be. */
  int queued() {
    return waiting.get();
  }

  boolean isEmpty() {
    return waiters.isEmpty() && patient.isEmpty();
  }

  /** Takes a place in the queue, if there are still {@code queued} others. */
  boolean reserve(int queued) {
    return waiting.compareAndSet(queued, queued + 1);
  }

  /** Fills a place that was reserved. */
  void add(Waiter waiter) {
    waiters.add(waiter);
  }

  void addPatient(Waiter waiter) {
    patient.add(waiter);
  }

  void left(Waiter waiter) {
    if (waiters.remove(waiter)) {
      waiting.decrementAndGet();
    }
  }

  /** Whether the longest waiter was there to be told. */
  boolean tellNext(Admission admission) {
    return tell(poll(), admission);
  }

  /** Shares may have all slots for hours: who waits without a limit waits elsewhere. */
  void sendPatientAway() {
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
