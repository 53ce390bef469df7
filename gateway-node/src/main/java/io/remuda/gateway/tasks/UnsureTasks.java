package io.remuda.gateway.tasks;

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Tasks that their queue has, or may have, of which that is not noted. They keep the part that they
 * took of their owner's limits, and whoever publishes one of them again takes nothing more. So many
 * are remembered, the latest; a second try of any other takes its part once more.
 */
final class UnsureTasks {

  private final int most;
  private final Set<String> tasks = new LinkedHashSet<>();

  UnsureTasks(int most) {
    this.most = most;
  }

  synchronized boolean has(String task) {
    return tasks.contains(task);
  }

  synchronized void add(String task) {
    tasks.remove(task);
    tasks.add(task);
    if (tasks.size() > most) {
      Iterator<String> oldest = tasks.iterator();
      oldest.next();
      oldest.remove();
    }
  }

  /** It is noted that its queue has it. */
  synchronized void remove(String task) {
    tasks.remove(task);
  }
}
