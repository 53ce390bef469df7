package io.remuda.node.front;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.remuda.protocol.Refused;

/** A refusal in the shape in which gateways answer too: {@code {"error": {...}}}. */
public final class RefusalJson {

  private RefusalJson() {}

  public static WorkerCalls.Answer answer(Refused refused) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    ObjectNode error = json.putObject("error");
    error.put("message", refused.message());
    error.put("type", refused.code().type());
    error.put("code", refused.code().code());
    if (!refused.details().isEmpty()) {
      ArrayNode details = error.putArray("details");
      for (Refused.Detail detail : refused.details()) {
        details
            .addObject()
            .put("path", detail.path())
            .put("kind", detail.kind())
            .put("text", detail.text());
      }
    }
    return new WorkerCalls.Answer(refused.code().status(), json.toString());
  }
}
