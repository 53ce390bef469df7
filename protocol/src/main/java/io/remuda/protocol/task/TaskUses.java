package io.remuda.protocol.task;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.google.protobuf.ByteString;
import io.remuda.protocol.proto.task.TaskEnvelope;
import io.remuda.protocol.proto.task.TaskUse;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What a task used, read out of its own envelope and result: a request, and the tokens that its
 * engine told. Pure. An engine that tells none has them estimated from the bytes, as requests that
 * are not tasks have.
 */
public final class TaskUses {

  private static final JsonFactory JSON = new JsonFactory();
  private static final Set<String> COUNTS = Set.of("usage", "timings");
  private static final String EMBEDDINGS = "/v1/embeddings";
  private static final int BYTES_OF_A_TOKEN = 4;

  private TaskUses() {}

  /** Of a task that is DONE. */
  public static TaskUse done(TaskEnvelope task, ByteString result) {
    TaskUse.Builder use = use(task);
    Optional<UntypedPayload> asked =
        task.getSchemaFingerprint().isEmpty()
            ? UntypedPayload.parse(task.getPayload())
            : Optional.empty();
    if (asked.isEmpty()) {
      // Typed models use requests alone.
      return use.build();
    }
    boolean answers = !asked.get().path().equals(EMBEDDINGS);
    Map<String, Long> counts = counts(result);
    OptionalLong prompt = first(counts, "prompt_tokens", "input_tokens");
    OptionalLong completion = first(counts, "completion_tokens", "output_tokens", "predicted_n");
    long cached = first(counts, "cached_tokens", "cache_n").orElse(0);
    if (prompt.isEmpty() && counts.containsKey("prompt_n")) {
      prompt = OptionalLong.of(counts.getOrDefault("prompt_n", 0L) + cached);
    }
    return use.setEstimated(prompt.isEmpty() || (answers && completion.isEmpty()))
        .setPromptTokens(prompt.orElse(asked.get().body().size() / BYTES_OF_A_TOKEN))
        .setCompletionTokens(completion.orElse(answers ? result.size() / BYTES_OF_A_TOKEN : 0))
        .setCachedTokens(cached)
        .build();
  }

  /** Of a task that FAILED at its worker. */
  public static TaskUse failed(TaskEnvelope task) {
    return use(task).setFailed(true).build();
  }

  private static TaskUse.Builder use(TaskEnvelope task) {
    return TaskUse.newBuilder()
        .setOwner(task.getTenant())
        .setAccount(task.getAccount())
        .setModel(task.getModel());
  }

  private static OptionalLong first(Map<String, Long> counts, String... names) {
    for (String name : names) {
      if (counts.containsKey(name)) {
        return OptionalLong.of(counts.getOrDefault(name, 0L));
      }
    }
    return OptionalLong.empty();
  }

  /** All numbers of the answer's own counts; nothing of a text of the model is taken for one. */
  private static Map<String, Long> counts(ByteString result) {
    Map<String, Long> counts = new HashMap<>();
    try (JsonParser parser = JSON.createParser(result.newInput())) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return counts;
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        boolean counted = COUNTS.contains(parser.currentName());
        if (parser.nextToken() == JsonToken.START_OBJECT && counted) {
          read(parser, counts);
        } else {
          parser.skipChildren();
        }
      }
    } catch (IOException e) {
      // What is no JSON tells no counts, and what was read of it may be half of them.
      counts.clear();
    }
    return counts;
  }

  private static void read(JsonParser parser, Map<String, Long> counts) throws IOException {
    int depth = 1;
    while (depth > 0) {
      JsonToken token = parser.nextToken();
      if (token == null) {
        throw new IOException("it ends within its counts");
      }
      if (token == JsonToken.START_OBJECT) {
        depth++;
      } else if (token == JsonToken.END_OBJECT) {
        depth--;
      } else if (token == JsonToken.VALUE_NUMBER_INT || token == JsonToken.VALUE_NUMBER_FLOAT) {
        double value = parser.getDoubleValue();
        String name = parser.currentName();
        if (name != null && value >= 0 && value < Integer.MAX_VALUE) {
          counts.putIfAbsent(name, Math.round(value));
        }
      }
    }
  }
}
