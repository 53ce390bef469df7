package io.remuda.deploy.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One streamed answer of a chat model, which may be cancelled while it comes. */
final class ChatStream {

  private static final String DONE = "[DONE]";

  private final Api api;
  private final ObjectMapper json = new ObjectMapper();
  private final AtomicReference<@Nullable Lines> current = new AtomicReference<>();
  private volatile boolean cancelled;

  ChatStream(Api api) {
    this.api = api;
  }

  static ObjectNode message(String role, String content) {
    return JsonNodeFactory.instance.objectNode().put("role", role).put("content", content);
  }

  /** Hands out the words as they come and returns the whole answer; empty words were cancelled. */
  String ask(String model, ArrayNode messages, int maxTokens, Consumer<String> words) {
    cancelled = false;
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.put("model", model).put("stream", true);
    if (maxTokens > 0) {
      body.put("max_tokens", maxTokens);
    }
    body.set("messages", messages);
    StringBuilder answer = new StringBuilder();
    boolean[] done = {false};
    try (Lines lines = api.stream("/v1/chat/completions", body)) {
      current.set(lines);
      ServerSentEvent.parse(
          lines,
          event -> {
            if (event.data().equals(DONE)) {
              done[0] = true;
            } else {
              String word = word(event.data());
              answer.append(word);
              words.accept(word);
            }
          });
    } catch (CliFailure failure) {
      if (cancelled) {
        return answer.toString();
      }
      throw failure;
    } finally {
      current.set(null);
    }
    if (!done[0] && !cancelled) {
      throw new CliFailure(
          Exit.FAILURE, "the answer ended without [DONE], so it may not be whole; ask again");
    }
    return answer.toString();
  }

  /** Ends the answer that is coming now, here and at the engine. */
  void cancel() {
    Lines lines = current.get();
    if (lines != null) {
      cancelled = true;
      lines.close();
    }
  }

  private String word(String data) {
    JsonNode chunk;
    try {
      chunk = json.readTree(data);
    } catch (JsonProcessingException e) {
      throw new CliFailure(Exit.FAILURE, "the answer holds what is no JSON: " + data, e);
    }
    JsonNode error = chunk.path("error");
    if (!error.isMissingNode()) {
      throw new CliFailure(
          Exit.of(500, error.path("code").asText("")),
          "the answer broke off: " + error.path("message").asText("the engine failed"));
    }
    return chunk.path("choices").path(0).path("delta").path("content").asText("");
  }
}
