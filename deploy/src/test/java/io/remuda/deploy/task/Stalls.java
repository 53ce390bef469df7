package io.remuda.deploy.task;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.locks.LockSupport;

/**
 * How long a thread that wants to run each millisecond was kept from it: by the collector, or by
 * the machine. A time that was measured meanwhile holds that much which is nobody's work.
 */
final class Stalls implements AutoCloseable {
  private final Thread watch = new Thread(this::watch, "stalls");
  private final long collectedBefore = collected();
  private volatile boolean ended;
  private volatile long longest;

  Stalls() {
    watch.setDaemon(true);
    watch.start();
  }

  private void watch() {
    long before = System.nanoTime();
    while (!ended) {
      LockSupport.parkNanos(1_000_000);
      long now = System.nanoTime();
      longest = Math.max(longest, now - before - 1_000_000);
      before = now;
    }
  }

  private static long collected() {
    return ManagementFactory.getGarbageCollectorMXBeans().stream()
        .mapToLong(GarbageCollectorMXBean::getCollectionTime)
        .sum();
  }

  @Override
  public void close() throws InterruptedException {
    ended = true;
    watch.join();
    System.out.printf(
        "                  meanwhile       %8.1f ms the longest stall of this JVM, %d ms collecting%n",
        longest / 1e6, collected() - collectedBefore);
  }
}
