package io.remuda.node.engine;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigValue;
import io.remuda.node.engine.EngineProfile.ArgumentGroup;
import io.remuda.node.engine.EngineProfile.Condition;
import io.remuda.node.engine.EngineProfile.Endpoint;
import io.remuda.node.engine.EngineProfile.Executable;
import io.remuda.node.engine.EngineProfile.Expectation;
import io.remuda.node.engine.EngineProfile.Kind;
import io.remuda.node.engine.EngineProfile.ModelReference;
import io.remuda.node.engine.EngineProfile.ReadinessStep;
import io.remuda.node.engine.EngineProfile.Traffic;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.model.Continues;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.PatternSyntaxException;

/**
 * Reads an engine profile strictly: an unknown key, a missing one, a wrong value or an unknown
 * placeholder is refused with file, line and what is allowed.
 */
final class ProfileReader {
  private static final Set<String> TOP =
      Set.of(
          "name",
          "description",
          "kind",
          "traffic",
          "verification",
          "serves",
          "model",
          "executable",
          "arguments",
          "environment",
          "options",
          "readiness",
          "out-of-memory",
          "version",
          "metrics",
          "log",
          "continues");

  private ProfileReader() {}

  static EngineProfile read(Config config) throws EngineRefusal {
    try {
      only(config, TOP);
      Kind kind = oneOf(Kind.class, config, "kind");
      String name = config.getString("name");
      if (!name.matches("[a-z0-9][a-z0-9._-]{0,63}")) {
        throw wrong(config, "name", "is \"" + name + "\", allowed is [a-z0-9][a-z0-9._-]{0,63}");
      }
      Executable executable =
          config.hasPath("executable")
              ? executable(config.getConfig("executable"))
              : Executable.NONE;
      return new EngineProfile(
          name,
          config.getString("description"),
          kind,
          oneOf(Traffic.class, config, "traffic"),
          config.getString("verification"),
          endpoints(config, "serves"),
          oneOf(ModelReference.class, config, "model"),
          executable,
          arguments(config),
          strings(config, "environment", true),
          options(config),
          readiness(config),
          list(config, "out-of-memory"),
          list(config, "version"),
          strings(config, "metrics", false),
          log(config),
          config.hasPath("continues")
              ? oneOf(Continues.class, config, "continues")
              : Continues.NONE);
    } catch (ConfigException e) {
      throw new EngineRefusal(ErrorCode.INVALID_SPEC, "engine profile: " + e.getMessage());
    }
  }

  private static Executable executable(Config config) throws EngineRefusal {
    only(config, Set.of("variable", "locations", "names", "install"));
    return new Executable(
        config.getString("variable"),
        config.getStringList("locations"),
        config.getStringList("names"),
        config.getString("install"));
  }

  private static List<ArgumentGroup> arguments(Config config) throws EngineRefusal {
    List<ArgumentGroup> groups = new ArrayList<>();
    if (!config.hasPath("arguments")) {
      return groups;
    }
    for (Config each : config.getConfigList("arguments")) {
      only(each, Set.of("when", "args"));
      Condition when =
          each.hasPath("when") ? oneOf(Condition.class, each, "when") : Condition.ALWAYS;
      for (String argument : each.getStringList("args")) {
        placeholders(each, "args", argument);
      }
      groups.add(new ArgumentGroup(when, each.getStringList("args")));
    }
    return groups;
  }

  private static Map<String, EngineOption> options(Config config) throws EngineRefusal {
    Map<String, EngineOption> options = new TreeMap<>();
    if (!config.hasPath("options")) {
      return options;
    }
    for (String name : config.getObject("options").keySet()) {
      Config each = config.getConfig("options").getConfig('"' + name + '"');
      only(each, Set.of("flag", "type", "values", "min", "max"));
      options.put(
          name,
          new EngineOption(
              each.getString("flag"),
              oneOf(EngineOption.Type.class, each, "type"),
              list(each, "values"),
              each.hasPath("min") ? each.getDouble("min") : 0,
              each.hasPath("max") ? each.getDouble("max") : Integer.MAX_VALUE));
    }
    return options;
  }

  private static List<ReadinessStep> readiness(Config config) throws EngineRefusal {
    List<ReadinessStep> steps = new ArrayList<>();
    if (!config.hasPath("readiness")) {
      return steps;
    }
    for (Config each : config.getConfigList("readiness")) {
      only(each, Set.of("get", "post", "body", "expect", "on"));
      boolean get = each.hasPath("get");
      if (get == each.hasPath("post")) {
        throw wrong(each, "get", "and \"post\": exactly one of them belongs in a step");
      }
      steps.add(
          new ReadinessStep(
              get ? "GET" : "POST",
              each.getString(get ? "get" : "post"),
              each.hasPath("body") ? each.getString("body") : "",
              oneOf(Expectation.class, each, "expect"),
              each.hasPath("on") ? endpoints(each, "on") : Set.of()));
    }
    return steps;
  }

  /** A profile that says nothing of it has an engine that writes as most programs do. */
  private static LogFormat log(Config config) throws EngineRefusal {
    if (!config.hasPath("log")) {
      return LogFormat.USUAL;
    }
    Config log = config.getConfig("log");
    only(log, Set.of("errors", "warnings"));
    try {
      return LogFormat.of(list(log, "errors"), list(log, "warnings"));
    } catch (PatternSyntaxException e) {
      throw wrong(
          config, "log", "holds no regular expression: " + e.getPattern() + ": " + e.getMessage());
    }
  }

  private static Map<String, String> strings(Config config, String key, boolean templates)
      throws EngineRefusal {
    Map<String, String> result = new TreeMap<>();
    if (config.hasPath(key)) {
      for (Map.Entry<String, ConfigValue> each : config.getObject(key).entrySet()) {
        String value = String.valueOf(each.getValue().unwrapped());
        if (templates) {
          placeholders(config, key, value);
        }
        result.put(each.getKey(), value);
      }
    }
    return result;
  }

  private static List<String> list(Config config, String key) {
    return config.hasPath(key) ? config.getStringList(key) : List.of();
  }

  private static Set<Endpoint> endpoints(Config config, String key) throws EngineRefusal {
    Set<Endpoint> result = EnumSet.noneOf(Endpoint.class);
    for (String each : config.getStringList(key)) {
      result.add(constant(Endpoint.class, config, key, each));
    }
    return result;
  }

  private static <E extends Enum<E>> E oneOf(Class<E> type, Config config, String key)
      throws EngineRefusal {
    return constant(type, config, key, config.getString(key));
  }

  private static <E extends Enum<E>> E constant(
      Class<E> type, Config config, String key, String written) throws EngineRefusal {
    List<String> allowed =
        Arrays.stream(type.getEnumConstants()).map(ProfileReader::written).toList();
    int index = allowed.indexOf(written);
    if (index < 0) {
      throw wrong(config, key, "is \"" + written + "\", allowed are " + allowed);
    }
    return type.getEnumConstants()[index];
  }

  private static String written(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static void only(Config config, Set<String> allowed) throws EngineRefusal {
    for (String key : config.root().keySet()) {
      if (!allowed.contains(key)) {
        throw wrong(config, key, "is unknown, allowed are " + new TreeSet<>(allowed));
      }
    }
  }

  private static void placeholders(Config config, String key, String template)
      throws EngineRefusal {
    List<String> unknown = CommandLine.unknownPlaceholders(template);
    if (!unknown.isEmpty()) {
      throw wrong(config, key, "has the unknown placeholder {" + unknown.get(0) + "}");
    }
  }

  private static EngineRefusal wrong(Config config, String key, String what) {
    ConfigValue at = config.root().get(key);
    String where = (at == null ? config.root() : at).origin().description();
    return new EngineRefusal(
        ErrorCode.INVALID_SPEC, "engine profile, " + where + ": \"" + key + "\" " + what);
  }
}
