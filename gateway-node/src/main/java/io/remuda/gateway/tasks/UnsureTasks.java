package io.remuda.gateway.tasks;

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Tasks whose queue did not say whether it has them. It may, so they keep the part that they took
 * of their owner's limits, and whoever publishes one of them again takes nothing more. So many are
 * remembered, the latest; a second try of any other takes its part once more.
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
    tasks.add(task);
    if (tasks.size() > most) {
      Iterator<String> oldest = tasks.iterator();
      oldest.next();
      oldest.remove();
    }
  }

  /** Its queue has it. */
  synchronized void remove(String task) {
    tasks.remove(task);
  }
}
