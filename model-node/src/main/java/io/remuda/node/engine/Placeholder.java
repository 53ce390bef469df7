package io.remuda.node.engine;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/** What a profile's templates may ask for. */
enum Placeholder {
  /** The model's file, or the deployment's model where that is no file. */
  PATH("path"),
  /** The deployment's model as written. */
  MODEL("model"),
  /** The model's public name. */
  NAME("name"),
  INSTANCE("instance"),
  HOST("host"),
  PORT("port"),
  /** Tokens one request may span. */
  CONTEXT("context"),
  SLOTS("slots"),
  /** Tokens of all slots together, as llama-server counts; 0 stays 0: the model's own. */
  TOTAL_CONTEXT("totalContext"),
  GPU_FRACTION("gpuFraction"),
  TENSOR_PARALLEL("tensorParallel"),
  /** UUIDs joined by commas; empty without a GPU, which hides all of them. */
  GPUS("gpus");

  private final String written;

  Placeholder(String written) {
    this.written = written;
  }

  static Optional<Placeholder> find(String name) {
    for (Placeholder each : values()) {
      if (each.written.equals(name)) {
        return Optional.of(each);
      }
    }
    return Optional.empty();
  }

  static Placeholder of(String name) {
    return find(name)
        .orElseThrow(() -> new IllegalArgumentException("no such placeholder: {" + name + "}"));
  }

  String value(EngineSpec spec, String host, int port) {
    return switch (this) {
      case PATH -> spec.path().map(Path::toString).orElse(spec.model());
      case MODEL -> spec.model();
      case NAME -> spec.name();
      case INSTANCE -> spec.instance();
      case HOST -> host;
      case PORT -> Integer.toString(port);
      case CONTEXT -> Integer.toString(spec.context());
      case SLOTS -> Integer.toString(spec.slots());
      case TOTAL_CONTEXT -> Long.toString((long) spec.context() * spec.slots());
      case GPU_FRACTION -> String.format(Locale.ROOT, "%.3f", spec.gpuFraction());
      case TENSOR_PARALLEL -> Integer.toString(Math.max(1, spec.gpus().size()));
      case GPUS -> String.join(",", spec.gpus());
    };
  }
}
