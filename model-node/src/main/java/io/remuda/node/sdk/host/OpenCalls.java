package io.remuda.node.sdk.host;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Calls that are being answered, by the names that their callers gave them. The JDK's server does
 * not say that a caller has gone, so callers say so themselves.
 */
final class OpenCalls {

  private final Map<String, OpenCall> calls = new ConcurrentHashMap<>();

  /**
   * @param name empty for a call of which nothing will be asked
   */
  OpenCall begin(String name) {
    OpenCall call = new OpenCall();
    if (!name.isEmpty()) {
      calls.put(name, call);
    }
    return call;
  }

  void ended(String name) {
    calls.remove(name);
  }

  Optional<OpenCall> find(String name) {
    return Optional.ofNullable(calls.get(name));
  }
}
