package io.remuda.protocol.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** All keys under {@code remuda.} that the modules' reference.conf files name, with their types. */
final class KnownKeys {

  static final String ROOT = "remuda";

  private final TreeMap<String, KeyType> types = new TreeMap<>();
  private final TreeMap<String, List<String>> groups = new TreeMap<>();

  KnownKeys(Config defaults) {
    if (defaults.hasPath(ROOT)) {
      collect(ROOT, defaults.getObject(ROOT));
    }
  }

  private void collect(String path, ConfigObject group) {
    groups.put(path, group.keySet().stream().sorted().toList());
    group.forEach(
        (name, value) -> {
          String key = join(path, name);
          KeyType type = KeyType.of(value);
          boolean isGroup =
              value.valueType() == ConfigValueType.OBJECT
                  && !((ConfigObject) value).isEmpty()
                  && value.origin().comments().stream()
                      .noneMatch(comment -> comment.trim().startsWith("type: map"));
          if (isGroup) {
            collect(key, (ConfigObject) value);
          } else {
            types.put(key, type);
          }
        });
  }

  Map<String, KeyType> types() {
    return types;
  }

  /** REMUDA_CLUSTER_NAME for remuda.cluster.name. */
  static String environmentName(String key) {
    return key.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
  }

  /** One sentence for each thing that is wrong in {@code group}, which stands at {@code path}. */
  List<String> problems(String path, ConfigObject group) {
    List<String> found = new ArrayList<>();
    new TreeMap<>(group).forEach((name, value) -> look(join(path, name), value, found));
    return found;
  }

  private void look(String key, ConfigValue value, List<String> found) {
    KeyType type = types.get(key);
    if (type != null) {
      type.refusal(value)
          .ifPresent(
              allowed ->
                  found.add(
                      where(value)
                          + key
                          + " = "
                          + shown(value)
                          + " is not allowed; write "
                          + allowed
                          + "."));
    } else if (groups.containsKey(key)) {
      if (value instanceof ConfigObject group) {
        found.addAll(problems(key, group));
      } else if (value.valueType() != ConfigValueType.NULL) {
        found.add(
            where(value)
                + key
                + " is a group of keys: "
                + String.join(", ", groups.get(key))
                + ".");
      }
    } else {
      found.add(where(value) + key + " is not a known key; " + hint(key));
    }
  }

  private String hint(String key) {
    return nearest(key)
        .map(near -> "did you mean " + near + "?")
        .orElseGet(() -> "keys here: " + String.join(", ", siblings(key)) + ".");
  }

  private List<String> siblings(String key) {
    List<String> parts = ConfigUtil.splitPath(key);
    for (int length = parts.size() - 1; length > 0; length--) {
      List<String> here = groups.get(ConfigUtil.joinPath(parts.subList(0, length)));
      if (here != null) {
        return here;
      }
    }
    return List.of();
  }

  private Optional<String> nearest(String key) {
    int best = Math.max(2, key.length() / 4) + 1;
    String found = null;
    for (Iterable<String> names : List.of(types.keySet(), groups.keySet())) {
      for (String known : names) {
        int distance = Distance.between(key, known);
        if (distance < best) {
          best = distance;
          found = known;
        }
      }
    }
    return Optional.ofNullable(found);
  }

  static String where(ConfigValue value) {
    String file = value.origin().filename();
    if (file == null) {
      return value.origin().description() + ": ";
    }
    return file + ":" + Math.max(1, value.origin().lineNumber()) + ": ";
  }

  private static String shown(ConfigValue value) {
    return switch (value.valueType()) {
      case OBJECT -> "{...}";
      case LIST -> "[...]";
      case NULL -> "null";
      case STRING, NUMBER, BOOLEAN -> '"' + KeyType.text(value) + '"';
    };
  }

  private static String join(String path, String name) {
    return path + "." + ConfigUtil.quoteString(name).replaceAll("^\"([A-Za-z0-9_-]+)\"$", "$1");
  }
}
