package io.remuda.gateway.edge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.netty.buffer.Unpooled;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.bytes.InferenceCall;
import io.remuda.protocol.bytes.InferenceRequest;
import io.remuda.protocol.bytes.InferenceSink;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * An engine that knows one sentence by heart, a piece a token, and goes on with any beginning of
 * it. One call of it, which says as much as the test wants.
 */
final class ContinuingEngine implements InferenceCall {

  static final List<String> PIECES =
      List.of("A", " horse", ",", " a \"quoted\"", " café", "\n\n", "and", " then ", "hay", ".");
  static final String SENTENCE = String.join("", PIECES);

  /** Of the question without what there is of the answer. */
  static final int PROMPT = 7;

  private static final ObjectMapper JSON = new ObjectMapper();

  final String instance;
  final InferenceSink sink;
  final JsonNode body;
  boolean cancelled;
  private final boolean chat;
  private final List<String> events = new ArrayList<>();
  private int said;

  ContinuingEngine(String instance, InferenceRequest request, InferenceSink sink, int call) {
    this.instance = instance;
    this.sink = sink;
    this.body = read(request.body().toString(StandardCharsets.UTF_8));
    this.chat = request.path().endsWith("chat/completions");
    int known = known();
    if (chat) {
      events.add(chunk(call, "{\"role\":\"assistant\",\"content\":null}", "null"));
    }
    int most = body.path("max_tokens").asInt(PIECES.size());
    int end = Math.min(PIECES.size(), known + most);
    for (int at = known; at < end; at++) {
      events.add(chunk(call, piece(PIECES.get(at)), "null"));
    }
    events.add(chunk(call, chat ? "{}" : "", end == PIECES.size() ? "\"stop\"" : "\"length\""));
    if (body.path("stream_options").path("include_usage").asBoolean()) {
      events.add(
          "{\"id\":\"e-%d\",\"created\":%d,\"model\":\"m\",\"choices\":[],\"usage\":{\"prompt_tokens\":%d,"
                  .formatted(call, call, PROMPT + known)
              + "\"completion_tokens\":%d,\"total_tokens\":%d}}"
                  .formatted(end - known, PROMPT + end));
    }
    events.add("[DONE]");
  }

  int events() {
    return events.size();
  }

  /** How many pieces it was given already. */
  private int known() {
    JsonNode last = body.path("messages").path(body.path("messages").size() - 1);
    String given =
        chat
            ? last.path("role").asText().equals("assistant") ? last.path("content").asText() : ""
            : body.path("prompt").asText().substring("Tell: ".length());
    int pieces = 0;
    String text = "";
    while (!text.equals(given)) {
      text += PIECES.get(pieces++);
    }
    return pieces;
  }

  private String piece(String text) {
    ObjectNode delta = JSON.createObjectNode();
    delta.put(chat ? "content" : "text", text);
    String all = delta.toString();
    return chat ? all : all.substring(1, all.length() - 1);
  }

  private String chunk(int call, String said, String finish) {
    String what = chat ? "\"delta\":" + said : said.isEmpty() ? "\"text\":\"\"" : said;
    return "{\"id\":\"e-%d\",\"created\":%d,\"model\":\"m\",\"choices\":[{\"index\":0,%s,\"finish_reason\":%s}]}"
        .formatted(call, call, what, finish);
  }

  ContinuingEngine begins() {
    sink.onHead(200, List.of(Map.entry("content-type", "text/event-stream")));
    return this;
  }

  /** Says the next {@code count} events. */
  ContinuingEngine says(int count) {
    for (int i = 0; i < count; i++) {
      raw("data: " + events.get(said++) + "\n\n");
    }
    return this;
  }

  /** Says a part of the next event. */
  ContinuingEngine saysHalf() {
    String next = "data: " + events.get(said) + "\n\n";
    raw(next.substring(0, next.length() / 2));
    return this;
  }

  void raw(String text) {
    sink.onBytes(Unpooled.copiedBuffer(text, StandardCharsets.UTF_8));
  }

  void finishes() {
    says(events.size() - said);
    sink.onEnd();
  }

  void dies() {
    sink.onFailure(Refused.of(ErrorCode.ENGINE_GONE, "the engine is gone; try again"), false);
  }

  void isFull() {
    sink.onFailure(Refused.of(ErrorCode.BUSY, "full"), true);
  }

  @Override
  public void cancel() {
    cancelled = true;
  }

  @Override
  public void pause() {}

  @Override
  public void resume() {}

  static JsonNode read(String json) {
    try {
      return JSON.readTree(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
