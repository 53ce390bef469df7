package io.remuda.deploy.actors;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * What the actors of a theatre run on: one of them at a time, in the order in which they were told
 * something. The thread that gives the play takes all turns itself, so that nothing happens while
 * it does anything else; only while it waits for Akka does a thread of this take them.
 */
final class Turns extends AbstractExecutorService {

  private static final long LIMIT_MILLIS = 60_000;

  private final Deque<Runnable> waiting = new ArrayDeque<>();
  private final Thread stagehand = new Thread(this::lend, "stagehand");
  private boolean lent = true;
  private boolean running;
  private boolean over;

  Turns() {
    stagehand.setDaemon(true);
    stagehand.start();
  }

  @Override
  public synchronized void execute(Runnable turn) {
    waiting.add(turn);
    notifyAll();
  }

  /** Takes turns until there are none; from then on nobody else does. */
  void take() {
    answers();
    boolean more = true;
    while (more) {
      more = next();
    }
  }

  private boolean next() {
    Runnable turn;
    synchronized (this) {
      if (lent || running) {
        throw new IllegalStateException("only the thread that gives the play takes turns");
      }
      if (waiting.isEmpty()) {
        return false;
      }
      turn = waiting.poll();
      running = true;
    }
    run(turn);
    return true;
  }

  /** Waits for something of Akka's, for which actors have to do something. */
  <T> T await(Supplier<T> work) {
    synchronized (this) {
      if (lent || running) {
        throw new IllegalStateException("an actor cannot wait for others");
      }
      lent = true;
      notifyAll();
    }
    try {
      return work.get();
    } finally {
      begin();
    }
  }

  /** Once all is done, turns are taken by whoever calls this. */
  synchronized void begin() {
    try {
      while (running || !waiting.isEmpty()) {
        if (!stagehand.isAlive()) {
          throw new IllegalStateException("nobody is left who takes turns");
        }
        wait(LIMIT_MILLIS);
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException("the play was interrupted", e);
    }
    lent = false;
  }

  private void lend() {
    try {
      for (Optional<Runnable> turn = lentTurn(); turn.isPresent(); turn = lentTurn()) {
        run(turn.get());
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts this thread", e);
    }
  }

  private synchronized Optional<Runnable> lentTurn() throws InterruptedException {
    while (!over && (!lent || waiting.isEmpty())) {
      wait(LIMIT_MILLIS);
    }
    if (over) {
      return Optional.empty();
    }
    running = true;
    return Optional.of(waiting.poll());
  }

  private void run(Runnable turn) {
    try {
      turn.run();
      answers();
    } finally {
      synchronized (this) {
        running = false;
        notifyAll();
      }
    }
  }

  /**
   * What an ask comes to is told to the actor that asked by a thread of the common pool, whatever
   * its dispatcher; nothing else happens until it was.
   */
  private static void answers() {
    if (!ForkJoinPool.commonPool().awaitQuiescence(LIMIT_MILLIS, TimeUnit.MILLISECONDS)) {
      throw new IllegalStateException(
          "an ask's answer was not taken in %d ms".formatted(LIMIT_MILLIS));
    }
  }

  /** The theatre is closed. */
  synchronized void end() {
    over = true;
    notifyAll();
  }

  /** One dispatcher of several may have no more actors. */
  @Override
  public void shutdown() {}

  @Override
  public List<Runnable> shutdownNow() {
    return List.of();
  }

  @Override
  public boolean isShutdown() {
    return false;
  }

  @Override
  public boolean isTerminated() {
    return false;
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) {
    return false;
  }
}
