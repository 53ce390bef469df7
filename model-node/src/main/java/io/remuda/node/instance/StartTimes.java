package io.remuda.node.instance;

import io.remuda.protocol.model.ModelSpec;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How long the engines of this machine took to be ready, the last time, by what they loaded. Soft
 * state: after a restart of the machine's JVM nothing is known.
 */
public final class StartTimes {
  private static final int MOST = 1_000;

  private final Map<String, Duration> times = new LinkedHashMap<>();

  synchronized Optional<Duration> last(ModelSpec spec) {
    return Optional.ofNullable(times.get(key(spec)));
  }

  synchronized void took(ModelSpec spec, Duration time) {
    times.remove(key(spec));
    if (times.size() >= MOST) {
      times.remove(times.keySet().iterator().next());
    }
    times.put(key(spec), time);
  }

  /** Two deployments of one model load the same. */
  private static String key(ModelSpec spec) {
    return spec.engine() + " " + spec.model().orElseGet(() -> spec.name().value());
  }
}
