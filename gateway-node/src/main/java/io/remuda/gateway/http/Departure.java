package io.remuda.gateway.http;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Tells the requests of one connection that its client has gone. One that asks after the departure
 * is told at once; each may be told twice.
 */
final class Departure {

  private final Set<Runnable> waiting = ConcurrentHashMap.newKeySet();
  private volatile boolean over;

  void await(Runnable news) {
    waiting.add(news);
    if (over) {
      news.run();
    }
  }

  /** The request has ended, so that nobody needs to know. */
  void forget(Runnable news) {
    waiting.remove(news);
  }

  void happened() {
    over = true;
    waiting.forEach(Runnable::run);
    waiting.clear();
  }
}
