package io.remuda.node.sdk.host;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Calls that are being answered, by the names that their callers gave them. The JDK's server does
 * not say that a caller has gone, so callers say so themselves.
 */
final class OpenCalls {

  private final Map<String, Runnable> stops = new ConcurrentHashMap<>();

  /**
   * @param name empty for a call that cannot be stopped
   * @param stop asks the model to end; of any thread, quick
   */
  void began(String name, Runnable stop) {
    if (!name.isEmpty()) {
      stops.put(name, stop);
    }
  }

  void ended(String name) {
    stops.remove(name);
  }

  /** Nobody waits for it any more; it may have ended already. */
  void stop(String name) {
    Runnable stop = stops.remove(name);
    if (stop != null) {
      stop.run();
    }
  }
}
