package io.remuda.node.external;

import com.google.protobuf.BytesValue;
import com.google.protobuf.StringValue;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.Schema;
import io.remuda.protocol.model.SchemaCodec;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Workers and settings for tests. */
final class Sample {
  static final ModelName MODEL = new ModelName("shout");
  static final Schema TEXT =
      SchemaCodec.of(StringValue.getDescriptor(), StringValue.getDescriptor());
  static final Schema BYTES =
      SchemaCodec.of(BytesValue.getDescriptor(), BytesValue.getDescriptor());
  static final WorkerSettings SETTINGS =
      new WorkerSettings(
          Duration.ofSeconds(2),
          Duration.ofSeconds(6),
          Duration.ofSeconds(60),
          Duration.ofSeconds(30),
          2,
          List.of("box"));

  private Sample() {}

  static Worker worker(String name) {
    return worker(name, MODEL, TEXT);
  }

  static Worker worker(String name, ModelName model, Schema schema) {
    return new Worker(
        name,
        model,
        schema,
        Optional.of(URI.create("http://127.0.0.1:8000")),
        OptionalInt.of(3),
        false);
  }

  static String join(String worker, String model) {
    return """
        {"worker": "%s", "model": "%s", "address": "http://127.0.0.1:8000",
         "schema": {"descriptors": "%s", "input": "google.protobuf.StringValue",
                    "output": "google.protobuf.StringValue"}}"""
        .formatted(worker, model, TEXT.descriptors());
  }
}
