package io.remuda.gateway.edge;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.Relief;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

/**
 * Which models answer in place of others that cannot; see {@code remuda.gateway.fallbacks} in
 * reference.conf.
 *
 * @param of by the model that was to answer, in the order in which they are tried
 */
public record FallbackSettings(Map<String, List<String>> of) {

  public FallbackSettings {
    of = Map.copyOf(of);
    of.forEach(FallbackSettings::check);
  }

  /** Reads {@code remuda.gateway.fallbacks}. */
  public static FallbackSettings from(Config config) {
    Config fallbacks = config.getConfig("remuda.gateway.fallbacks");
    Map<String, List<String>> of = new HashMap<>();
    fallbacks
        .getObject("of")
        .forEach((model, value) -> of.put(model, names(model, value.atKey("names"))));
    return new FallbackSettings(of);
  }

  private static List<String> names(String model, Config value) {
    try {
      return List.copyOf(value.getStringList("names"));
    } catch (ConfigException.WrongType e) {
      throw wrong(model, "must be a list of models' names");
    }
  }

  /** A model stands in no list twice, nor in its own: so no request goes round. */
  private static void check(String model, List<String> names) {
    if (ModelName.parse(model).isEmpty()
        || names.isEmpty()
        || names.stream().anyMatch(name -> ModelName.parse(name).isEmpty())) {
      throw wrong(model, "must be a model's name = [names of others]");
    }
    if (names.contains(model)) {
      throw wrong(model, "names itself, so that its requests would go round; name others");
    }
    if (names.size() > Relief.MOST_FALLBACKS || new HashSet<>(names).size() < names.size()) {
      throw wrong(model, "must name at most %d models, each once".formatted(Relief.MOST_FALLBACKS));
    }
  }

  private static IllegalArgumentException wrong(String model, String what) {
    return new IllegalArgumentException(
        "remuda.gateway.fallbacks.of.%s %s; correct it".formatted(model, what));
  }
}
