package io.remuda.gateway.tasks;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.google.protobuf.ByteString;
import io.remuda.gateway.edge.Endpoint;
import io.remuda.gateway.edge.Metering;
import io.remuda.gateway.edge.Sender;
import io.remuda.protocol.proto.task.TaskEnvelope;
import io.remuda.protocol.task.UntypedPayload;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;

/** The limits of keys and tenants where their tasks are about to go into a queue. */
final class TaskLimits {

  /** Whose tasks are where there are no keys. */
  private static final String NOBODYS = "public";

  private static final JsonFactory JSON = new JsonFactory();
  private static final Set<String> MOST =
      Set.of("max_tokens", "max_completion_tokens", "max_output_tokens");

  private final Metering metering;

  TaskLimits(Metering metering) {
    this.metering = metering;
  }

  /** Whether the task may go into its queue now; then it has taken its part of the limits. */
  Metering.Admission admit(TaskEnvelope task) {
    String owner = task.getTenant().equals(NOBODYS) ? "" : task.getTenant();
    Optional<String> tenant = Optional.of(task.getAccount()).filter(name -> !name.isEmpty());
    Sender sender = new Sender(owner, tenant, Optional.empty(), Optional.empty());
    return metering.admitTask(sender, wish(task));
  }

  /** Typed models use requests alone, and embeddings have no answer of tokens. */
  static Metering.Wish wish(TaskEnvelope task) {
    Optional<UntypedPayload> asked =
        task.getSchemaFingerprint().isEmpty()
            ? UntypedPayload.parse(task.getPayload())
            : Optional.empty();
    return asked
        .map(
            payload ->
                new Metering.Wish(
                    true,
                    payload.body().size(),
                    payload.path().equals(Endpoint.EMBEDDINGS.path()) ? 0 : most(payload.body())))
        .orElseGet(() -> new Metering.Wish(false, task.getPayload().size(), 0));
  }

  /** The most tokens of the answer that the request allows; negative where it does not say. */
  private static long most(ByteString body) {
    long most = -1;
    try (JsonParser parser = JSON.createParser(body.newInput())) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return most;
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        boolean named = MOST.contains(parser.currentName());
        if (parser.nextToken().isNumeric() && named) {
          most = Math.max(0, (long) Math.min(parser.getDoubleValue(), Integer.MAX_VALUE));
        }
        parser.skipChildren();
      }
    } catch (IOException e) {
      // What is no JSON is refused elsewhere, and says nothing here.
      return -1;
    }
    return most;
  }
}
