package io.remuda.protocol.config;

import com.typesafe.config.ConfigResolver;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Answers {@code ${?NAME}} from a map of environment variables. */
final class EnvironmentVariables implements ConfigResolver {

  private final Map<String, String> variables;

  EnvironmentVariables(Map<String, String> variables) {
    this.variables = Map.copyOf(variables);
  }

  @Override
  @SuppressWarnings("NullAway") // The library's interface asks for null when there is no answer.
  public @Nullable ConfigValue lookup(String path) {
    String value = variables.get(path);
    return value == null
        ? null
        : ConfigValueFactory.fromAnyRef(value, "environment variable " + path);
  }

  @Override
  public ConfigResolver withFallback(ConfigResolver fallback) {
    return this;
  }
}
