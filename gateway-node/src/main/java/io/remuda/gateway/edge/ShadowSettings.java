package io.remuda.gateway.edge;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.Relief.Shadow;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Which requests are sent to another model too; see {@code remuda.gateway.shadows} in
 * reference.conf.
 *
 * @param of by the model that answers
 * @param atOnce copies that may be under way at one time
 * @param limit one that takes longer is ended
 */
public record ShadowSettings(Map<String, Shadow> of, int atOnce, Duration limit) {

  public ShadowSettings {
    of = Map.copyOf(of);
    if (atOnce < 1) {
      throw new IllegalArgumentException(
          "remuda.gateway.shadows.at-once must be 1 or more; correct it");
    }
  }

  /** Reads {@code remuda.gateway.shadows}. */
  public static ShadowSettings from(Config config) {
    Config shadows = config.getConfig("remuda.gateway.shadows");
    Map<String, Shadow> of = new HashMap<>();
    shadows.getObject("of").forEach((model, value) -> of.put(model, shadow(model, value)));
    return new ShadowSettings(of, shadows.getInt("at-once"), shadows.getDuration("limit"));
  }

  private static Shadow shadow(String model, ConfigValue value) {
    if (ModelName.parse(model).isEmpty()
        || value.valueType() != ConfigValueType.OBJECT
        || !((ConfigObject) value).keySet().equals(Set.of("to", "percent"))) {
      throw wrong(model, "must be a model's name = { to = another's, percent = 1 to 100 }");
    }
    Config read = ((ConfigObject) value).toConfig();
    String to = read.getString("to");
    int percent = read.getInt("percent");
    if (ModelName.parse(to).isEmpty() || to.equals(model)) {
      throw wrong(model, "needs another model's name as 'to'");
    }
    if (percent < 1 || percent > 100) {
      throw wrong(model, "needs a percent of 1 to 100");
    }
    return new Shadow(new ModelName(to), percent / 100.0);
  }

  private static IllegalArgumentException wrong(String model, String what) {
    return new IllegalArgumentException(
        "remuda.gateway.shadows.of.%s %s; correct it".formatted(model, what));
  }
}
