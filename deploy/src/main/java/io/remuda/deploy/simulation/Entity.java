package io.remuda.deploy.simulation;

import io.remuda.deploy.check.Observation.Committed;
import io.remuda.registry.journal.JournalEvent;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;

/**
 * One life of an event-sourced entity on one registry node. It writes one thing at a time; what
 * comes meanwhile waits. A write that fails ends this life, as the product's does.
 */
abstract class Entity {

  /** More than these are no load but a mistake. */
  private static final int MOST_WAITING = 1_000;

  private static final int LATE_CONFIRMATION_PERCENT = 3;

  final World world;
  final RegistryShell node;
  private final String id;
  private final String life;
  private final Queue<Runnable> waiting = new ArrayDeque<>();
  private final long bornIn;
  private boolean alive = true;
  private boolean writing;

  Entity(World world, RegistryShell node, String id, long life) {
    this.world = world;
    this.node = node;
    this.id = id;
    this.life = node.name() + "/" + life;
    this.bornIn = node.life();
  }

  String id() {
    return id;
  }

  boolean isAlive() {
    return alive && node.isUp() && node.life() == bornIn;
  }

  void stop(String why) {
    if (alive) {
      alive = false;
      world.story().tell(node.name(), id + " stops: " + why);
      onStopped();
    }
  }

  /** Events up to this number are in the journal; one who has read fewer reads again. */
  final void written(long last) {
    handle(
        () -> {
          if (last > sequence()) {
            stop("the journal is ahead");
          }
        });
  }

  abstract void onStopped();

  /** From here on it lives. */
  abstract void begin();

  /** Called with the number of the last event that is to be written. */
  abstract void applied(List<? extends JournalEvent> events);

  abstract long sequence();

  /** Handled now, or when what is being written is written. */
  final void handle(Runnable message) {
    if (!isAlive()) {
      return;
    }
    if (!writing) {
      message.run();
    } else if (waiting.size() < MOST_WAITING) {
      waiting.add(message);
    } else {
      throw new IllegalStateException(id + " has more than " + MOST_WAITING + " waiting");
    }
  }

  /** Writes, then has it applied, then does {@code then}, then what has come meanwhile. */
  final void write(List<? extends JournalEvent> events, Runnable then) {
    writing = true;
    long before = sequence();
    boolean dropped = world.plant() == Plant.LOST_ASSIGNMENT && world.timeline().chance(2);
    world
        .timeline()
        .after(
            world.timeline().between(1, 4),
            () -> {
              // Written whether or not the writer still lives.
              boolean taken = dropped || world.journal().append(id, before, events);
              if (taken && !dropped) {
                onJournaled(events);
              }
              boolean late = world.timeline().chance(LATE_CONFIRMATION_PERCENT);
              world
                  .network()
                  .after(
                      node.name(),
                      late ? world.timeline().between(10, 2_000) : world.timeline().between(1, 3),
                      () -> confirmed(taken, before, events, then));
            });
  }

  /** The events are in the journal, whoever will hear of it. */
  void onJournaled(List<? extends JournalEvent> events) {}

  private void confirmed(
      boolean taken, long before, List<? extends JournalEvent> events, Runnable then) {
    if (!isAlive()) {
      return;
    }
    if (!taken) {
      stop("its write was not taken");
      return;
    }
    writing = false;
    applied(events);
    for (int i = 1; i <= events.size(); i++) {
      world.story().see(new Committed(world.now(), id, before + i, life));
    }
    then.run();
    while (!writing && isAlive() && !waiting.isEmpty()) {
      waiting.remove().run();
    }
  }
}
