package io.remuda.protocol.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigResolveOptions;
import com.typesafe.config.ConfigValue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A node's configuration: flags, then system properties, then the environment, then the operator's
 * file, then the modules' reference.conf. Whoever comes first wins.
 *
 * <p>Unknown keys under {@code remuda.}, unknown top-level keys and values of a wrong type or
 * without a unit are refused, all at once, each with file, line, and what is allowed. Our own
 * reference.conf files win over those of libraries, whatever the order of the class path.
 */
public final class StrictConfig {

  private static final ConfigResolveOptions NO_SYSTEM_ENVIRONMENT =
      ConfigResolveOptions.defaults().setUseSystemEnvironment(false);

  private StrictConfig() {}

  /** As {@link #load(Optional, Config)} without flags. */
  public static Config load(Optional<Path> file) {
    return load(file, ConfigFactory.empty());
  }

  /**
   * Throws {@link StartRefused} with one sentence for each thing that is wrong.
   *
   * @param file the operator's file; empty for the one that -Dconfig.file names, if any
   * @param flags what the command line said, under full keys
   */
  public static Config load(Optional<Path> file, Config flags) {
    Optional<Path> chosen =
        file.or(() -> Optional.ofNullable(System.getProperty("config.file")).map(Path::of));
    return load(chosen, flags, System.getenv());
  }

  static Config load(Optional<Path> file, Config flags, Map<String, String> environment) {
    return load(file, flags, environment, defaults());
  }

  static Config load(
      Optional<Path> file, Config flags, Map<String, String> environment, Config defaults) {
    ConfigResolveOptions lookup =
        NO_SYSTEM_ENVIRONMENT.appendResolver(new EnvironmentVariables(environment));
    try {
      Config standard = defaults.resolve(NO_SYSTEM_ENVIRONMENT);
      KnownKeys known = new KnownKeys(standard);
      Config properties = ConfigFactory.systemProperties();
      Config named = environmentLayer(defaults.resolve(lookup), standard, known, environment);
      Config written = file.map(StrictConfig::parse).orElse(ConfigFactory.empty());
      Config layers =
          flags
              .withFallback(properties)
              .withFallback(named)
              .withFallback(written)
              .withFallback(defaults);
      // Looked at before the whole is resolved, where one wrong key would hide the others.
      Config resolved = written.resolveWith(written.withFallback(standard).resolve(lookup), lookup);
      List<String> problems = new ArrayList<>();
      problems.addAll(foreignRoots(resolved, standard));
      for (Config layer : List.of(resolved, named, flags)) {
        if (layer.hasPath(KnownKeys.ROOT)) {
          problems.addAll(inGroup(known, layer));
        }
      }
      if (!problems.isEmpty()) {
        throw new StartRefused(String.join(System.lineSeparator(), problems));
      }
      return layers.resolve(lookup);
    } catch (ConfigException e) {
      throw new StartRefused("The configuration cannot be read: " + shortened(e), e);
    }
  }

  /** The library's own bugs print the whole configuration, secrets and all. */
  private static String shortened(ConfigException e) {
    String message = String.valueOf(e.getMessage());
    return message.length() > 400 ? message.substring(0, 100) + " ..." : message;
  }

  private static List<String> inGroup(KnownKeys known, Config layer) {
    ConfigValue root = layer.root().get(KnownKeys.ROOT);
    return root instanceof ConfigObject group
        ? known.problems(KnownKeys.ROOT, group)
        : List.of("remuda is a group of keys, not a value.");
  }

  private static List<String> foreignRoots(Config written, Config standard) {
    List<String> problems = new ArrayList<>();
    written
        .root()
        .forEach(
            (name, value) -> {
              if (!standard.root().containsKey(name)) {
                problems.add(
                    KnownKeys.where(value)
                        + name
                        + " is not a known key; Remuda's own begin with \"remuda.\".");
              }
            });
    Collections.sort(problems);
    return problems;
  }

  /** Keys that the environment sets: by their own names, or by a ${?NAME} in a reference.conf. */
  private static Config environmentLayer(
      Config asked, Config standard, KnownKeys known, Map<String, String> environment) {
    Config layer = ConfigFactory.empty();
    for (Map.Entry<String, KeyType> key : known.types().entrySet()) {
      String name = KnownKeys.environmentName(key.getKey());
      String raw = environment.get(name);
      if (raw != null) {
        layer = layer.withValue(key.getKey(), key.getValue().fromEnvironment(name, raw));
      } else if (asked.hasPath(key.getKey())
          && !(standard.hasPath(key.getKey())
              && asked.getValue(key.getKey()).equals(standard.getValue(key.getKey())))) {
        ConfigValue value = asked.getValue(key.getKey());
        layer =
            layer.withValue(
                key.getKey(),
                key.getValue().isList() && !KeyType.text(value).isEmpty()
                    ? key.getValue().fromEnvironment(key.getKey(), KeyType.text(value))
                    : value);
      }
    }
    return layer;
  }

  private static Config parse(Path file) {
    if (!Files.isReadable(file)) {
      throw new StartRefused(
          "The configuration file "
              + file.toAbsolutePath()
              + " is not there or cannot be read; name another one with --config FILE.");
    }
    return ConfigFactory.parseFile(
        file.toFile(), ConfigParseOptions.defaults().setAllowMissing(false));
  }

  /** Our own reference.conf files over everybody's, unresolved. */
  static Config defaults() {
    try {
      Config own = ConfigFactory.empty();
      ClassLoader loader = StrictConfig.class.getClassLoader();
      for (URL url : Collections.list(loader.getResources("reference.conf"))) {
        Config one = ConfigFactory.parseURL(url);
        if (one.root().containsKey(KnownKeys.ROOT)) {
          own = own.withFallback(one);
        }
      }
      return own.withFallback(ConfigFactory.defaultReferenceUnresolved(loader));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
