package io.remuda.node.sdk.host;

import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;

/**
 * The host's command line: {@code describe|serve --key value ...}. Written by the model node alone;
 * what a deployment may add was checked there.
 */
record HostOptions(String verb, Map<String, String> values) {

  private static final Set<String> KEYS =
      Set.of(
          "jar",
          "onnx",
          "out",
          "limit-seconds",
          "name",
          "host",
          "port",
          "slots",
          "fingerprint",
          "timeout-seconds",
          "batch-window-millis",
          "batch-size",
          "max-input-mib",
          "max-output-mib",
          "max-hanging",
          "hang-grace-millis");

  HostOptions {
    values = Map.copyOf(values);
  }

  static HostOptions parse(String... arguments) throws Unusable {
    if (arguments.length % 2 == 0 || !Set.of("serve", "describe").contains(arguments[0])) {
      throw new Unusable("usage: ModelHost serve|describe --jar|--onnx FILE [--KEY VALUE]...");
    }
    Map<String, String> values = new TreeMap<>();
    for (int index = 1; index < arguments.length; index += 2) {
      String key = arguments[index].replaceFirst("^--", "");
      if (!KEYS.contains(key)) {
        throw new Unusable("the model host knows no option --" + key);
      }
      values.put(key, arguments[index + 1]);
    }
    if (values.containsKey("jar") == values.containsKey("onnx")) {
      throw new Unusable("the model host wants one of --jar and --onnx");
    }
    return new HostOptions(arguments[0], values);
  }

  /** The model's file. */
  Path file() {
    return Path.of(values.getOrDefault("jar", values.getOrDefault("onnx", "")));
  }

  boolean isOnnx() {
    return values.containsKey("onnx");
  }

  String text(String key, String otherwise) {
    return values.getOrDefault(key, otherwise);
  }

  int number(String key, int otherwise) {
    return whole(key).orElse(otherwise);
  }

  OptionalInt whole(String key) {
    String value = values.get(key);
    return value == null ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(value));
  }

  /** A number of {@code key}'s unit that may have a fraction, times {@code factor}. */
  OptionalLong scaled(String key, long factor) {
    String value = values.get(key);
    return value == null
        ? OptionalLong.empty()
        : OptionalLong.of(Math.round(Double.parseDouble(value) * factor));
  }
}
