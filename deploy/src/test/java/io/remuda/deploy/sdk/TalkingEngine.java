package io.remuda.deploy.sdk;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.remuda.protocol.testing.ScriptedEngine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * An engine with OpenAI's chat and embeddings that does what the last message says: {@code hang} in
 * the middle of a stream, {@code break} there, be {@code full} at the first try; and else calls the
 * tool that it is given, fills the schema that it is given, or says hello.
 */
final class TalkingEngine implements ScriptedEngine.Script {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final float[] EMBEDDING = {0.25f, -0.5f, 1f};

  private final Set<String> refused = ConcurrentHashMap.newKeySet();

  @Override
  public void answer(ScriptedEngine.Seen request, ScriptedEngine.Wire wire) throws IOException {
    JsonNode asked = JSON.readTree(request.body());
    if (request.path().endsWith("/embeddings")) {
      wire.json(200, embeddings(asked).toString());
      return;
    }
    JsonNode messages = asked.path("messages");
    JsonNode last = messages.path(messages.size() - 1);
    String said = last.path("content").toString();
    if (said.contains("full") && refused.add(said)) {
      wire.json(503, "{\"error\":{\"message\":\"no slot is free\"}}");
    } else if (asked.path("stream").asBoolean()) {
      stream(asked, last, said, wire);
    } else {
      wire.json(200, whole(asked, last).toString());
    }
  }

  private static void stream(JsonNode asked, JsonNode last, String said, ScriptedEngine.Wire wire)
      throws IOException {
    wire.events();
    wire.event(chunk(asked, delta -> delta.put("role", "assistant").put("content", ""), ""));
    if (said.contains("hang") || said.contains("break")) {
      wire.event(chunk(asked, delta -> delta.put("content", "Hel"), ""));
      if (said.contains("hang")) {
        wire.awaitDeparture(PATIENCE);
      } else {
        wire.cut();
      }
      return;
    }
    if (callsTool(asked, last)) {
      wire.event(chunk(asked, delta -> call(delta, "{\"city\":").put("index", 0), ""));
      wire.event(
          chunk(
              asked,
              delta ->
                  delta
                      .putArray("tool_calls")
                      .addObject()
                      .put("index", 0)
                      .putObject("function")
                      .put("arguments", "\"Oslo\"}"),
              ""));
    } else {
      String text = text(asked, last);
      for (String piece : List.of(text.substring(0, 3), text.substring(3))) {
        wire.event(chunk(asked, delta -> delta.put("content", piece), ""));
      }
    }
    wire.event(chunk(asked, delta -> {}, callsTool(asked, last) ? "tool_calls" : "stop"));
    if (asked.at("/stream_options/include_usage").asBoolean()) {
      ObjectNode usage = head(asked, "chat.completion.chunk");
      usage.putArray("choices");
      usage(usage);
      wire.event(usage.toString());
    }
    wire.done();
  }

  private static ObjectNode whole(JsonNode asked, JsonNode last) {
    ObjectNode answer = head(asked, "chat.completion");
    ObjectNode choice = answer.putArray("choices").addObject().put("index", 0);
    ObjectNode message = choice.putObject("message").put("role", "assistant");
    if (callsTool(asked, last)) {
      message.putNull("content");
      call(message, "{\"city\":\"Oslo\"}");
    } else {
      message.put("content", text(asked, last));
    }
    choice.put("finish_reason", callsTool(asked, last) ? "tool_calls" : "stop");
    usage(answer);
    return answer;
  }

  private static boolean callsTool(JsonNode asked, JsonNode last) {
    return !asked.path("tools").isEmpty() && !last.path("role").asText().equals("tool");
  }

  private static String text(JsonNode asked, JsonNode last) {
    if (asked.at("/response_format/type").asText().equals("json_schema")) {
      return "{\"city\":\"Oslo\",\"degrees\":7}";
    }
    return last.path("role").asText().equals("tool") ? "7 degrees" : "Hello";
  }

  private static ObjectNode call(ObjectNode said, String arguments) {
    ObjectNode call =
        said.putArray("tool_calls").addObject().put("id", "call_1").put("type", "function");
    call.putObject("function").put("name", "weather").put("arguments", arguments);
    return call;
  }

  private static String chunk(
      JsonNode asked, java.util.function.Consumer<ObjectNode> says, String finish) {
    ObjectNode chunk = head(asked, "chat.completion.chunk");
    ObjectNode choice = chunk.putArray("choices").addObject().put("index", 0);
    says.accept(choice.putObject("delta"));
    choice.put("finish_reason", finish.isEmpty() ? null : finish);
    return chunk.toString();
  }

  private static ObjectNode head(JsonNode asked, String object) {
    return JSON.createObjectNode()
        .put("id", "chatcmpl-1")
        .put("object", object)
        .put("created", 1_700_000_000)
        .put("model", asked.path("model").asText());
  }

  private static void usage(ObjectNode answer) {
    answer
        .putObject("usage")
        .put("prompt_tokens", 3)
        .put("completion_tokens", 2)
        .put("total_tokens", 5);
  }

  private static ObjectNode embeddings(JsonNode asked) {
    ObjectNode answer = JSON.createObjectNode().put("object", "list");
    answer.set("model", asked.path("model"));
    JsonNode input = asked.path("input");
    int count = input.isArray() ? input.size() : 1;
    var data = answer.putArray("data");
    for (int index = 0; index < count; index++) {
      ObjectNode one = data.addObject().put("object", "embedding").put("index", index);
      if (asked.path("encoding_format").asText().equals("base64")) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * EMBEDDING.length).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : EMBEDDING) {
          bytes.putFloat(value);
        }
        one.put("embedding", Base64.getEncoder().encodeToString(bytes.array()));
      } else {
        var values = one.putArray("embedding");
        for (float value : EMBEDDING) {
          values.add(value);
        }
      }
    }
    answer.putObject("usage").put("prompt_tokens", 3).put("total_tokens", 3);
    return answer;
  }
}
