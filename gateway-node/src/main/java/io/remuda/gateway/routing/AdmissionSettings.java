package io.remuda.gateway.routing;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import java.util.HashMap;
import java.util.Map;

/**
 * Whose turn it is among requests that wait; see {@code remuda.gateway.admission} in
 * reference.conf.
 *
 * @param waitingPerTenant requests of one tenant that may wait at one time, with all its keys; a
 *     key of no tenant counts as one
 * @param usual priority of a request that does not say
 * @param highest priority that a request may have
 * @param highestOf the same of single keys, by their ids
 * @param weights parts of what comes free, of single tenants by their names, and of keys of no
 *     tenant by their ids; 1 for all others
 */
public record AdmissionSettings(
    int waitingPerTenant,
    Priority usual,
    Priority highest,
    Map<String, Priority> highestOf,
    Map<String, Integer> weights) {

  private static final int MOST_WEIGHT = 1000;

  public AdmissionSettings {
    highestOf = Map.copyOf(highestOf);
    weights = Map.copyOf(weights);
    if (waitingPerTenant < 1) {
      throw new IllegalArgumentException(
          "remuda.gateway.admission.waiting-per-tenant must be 1 or more; correct it");
    }
    weights.forEach(
        (name, weight) -> {
          if (weight < 1 || weight > MOST_WEIGHT) {
            throw new IllegalArgumentException(
                "remuda.gateway.admission.weights.%s must be 1 to %d; correct it"
                    .formatted(name, MOST_WEIGHT));
          }
        });
  }

  /** What a request of {@code key} may have of what it asks for. */
  public Priority granted(String key, Priority wanted) {
    return wanted.atMost(highestOf.getOrDefault(key, highest));
  }

  /**
   * How many times as much as another one's share that of {@code name} is: a tenant's, or a key's
   * that has none.
   */
  public int weight(String name) {
    return weights.getOrDefault(name, 1);
  }

  /** Reads {@code remuda.gateway.admission}. */
  public static AdmissionSettings from(Config config) {
    Config admission = config.getConfig("remuda.gateway.admission");
    Map<String, Priority> highestOf = new HashMap<>();
    Config byKey = admission.getConfig("highest-priority-of");
    for (Map.Entry<String, ConfigValue> each : byKey.entrySet()) {
      highestOf.put(name(each), priority(byKey, each.getKey()));
    }
    Map<String, Integer> weights = new HashMap<>();
    Config weighed = admission.getConfig("weights");
    for (Map.Entry<String, ConfigValue> each : weighed.entrySet()) {
      weights.put(name(each), weighed.getInt(each.getKey()));
    }
    return new AdmissionSettings(
        admission.getInt("waiting-per-tenant"),
        priority(admission, "default-priority"),
        priority(admission, "highest-priority"),
        highestOf,
        weights);
  }

  /** Names of tenants and ids of keys hold no dots, but they may be quoted. */
  private static String name(Map.Entry<String, ConfigValue> entry) {
    return String.join(".", ConfigUtil.splitPath(entry.getKey()));
  }

  private static Priority priority(Config config, String path) {
    return Priority.parse(config.getString(path))
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "remuda.gateway.admission: '%s' must be high, normal or low; correct it"
                        .formatted(path)));
  }
}
