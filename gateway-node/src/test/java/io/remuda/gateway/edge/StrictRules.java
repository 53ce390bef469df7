package io.remuda.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the strictest of OpenAI's clients hold an answer to, read from its bytes; knows nothing of
 * how the gateway brings that about.
 */
final class StrictRules {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String DONE = "data: [DONE]\n\n";
  private static final List<String> REASONS =
      List.of("stop", "length", "tool_calls", "content_filter", "function_call");

  /** What an answer came to: its text, and its calls as {@code name arguments}. */
  record Told(String text, List<String> calls, String finish, long totalTokens) {}

  private final Map<Integer, StringBuilder> calls = new TreeMap<>();
  private final StringBuilder text = new StringBuilder();
  private String finish = "";
  private String id = "";
  private long total = -1;
  private boolean begun;

  private StrictRules() {}

  /** Reads a stream; fails where it breaks a rule. */
  static Told stream(String bytes, boolean chat) {
    assertThat(bytes).endsWith(DONE).doesNotContain("\r", "event:");
    String events = bytes.substring(0, bytes.length() - DONE.length());
    assertThat(events).doesNotContain("[DONE]").endsWith("\n\n");
    StrictRules rules = new StrictRules();
    for (String event : events.substring(0, events.length() - 2).split("\n\n", -1)) {
      assertThat(event).startsWith("data: {").doesNotContain("\n");
      rules.chunk(json(event.substring("data: ".length())), chat);
    }
    assertThat(rules.finish).as("a reason to finish").isNotEmpty();
    return rules.told();
  }

  /** Reads an answer in one piece. */
  static Told whole(String body, boolean chat) {
    JsonNode answer = json(body);
    StrictRules rules = new StrictRules();
    rules.head(answer, chat ? "chat.completion" : "text_completion");
    JsonNode choice = answer.path("choices").path(0);
    assertThat(choice.path("index").isInt()).as("index").isTrue();
    rules.finish(choice);
    if (chat) {
      assertThat(choice.at("/message/role").asText()).isEqualTo("assistant");
      assertThat(choice.path("message").has("content")).as("content").isTrue();
      rules.text.append(choice.at("/message/content").asText(""));
      int number = 0;
      for (JsonNode call : choice.at("/message/tool_calls")) {
        rules.call(call, number++);
      }
    } else {
      rules.text.append(text(choice.path("text")));
    }
    return rules.told();
  }

  private Told told() {
    assertThat(finish.equals("tool_calls")).as(finish + " of " + calls).isEqualTo(!calls.isEmpty());
    return new Told(
        text.toString(),
        calls.values().stream().map(StringBuilder::toString).toList(),
        finish,
        total);
  }

  private void head(JsonNode answer, String object) {
    assertThat(text(answer.path("id"))).isNotBlank();
    assertThat(id.isEmpty() || id.equals(answer.path("id").asText())).as("one id").isTrue();
    id = answer.path("id").asText();
    assertThat(text(answer.path("object"))).isEqualTo(object);
    assertThat(answer.path("created").isIntegralNumber()).as("created").isTrue();
    assertThat(text(answer.path("model"))).isNotBlank();
    assertThat(answer.path("choices").isArray()).as("choices").isTrue();
    JsonNode usage = answer.path("usage");
    if (usage.isObject()) {
      for (String count : List.of("prompt_tokens", "completion_tokens", "total_tokens")) {
        assertThat(usage.path(count).isIntegralNumber()).as(count).isTrue();
      }
      total = usage.path("total_tokens").asLong();
    }
  }

  private void chunk(JsonNode chunk, boolean chat) {
    head(chunk, chat ? "chat.completion.chunk" : "text_completion");
    for (JsonNode choice : chunk.path("choices")) {
      assertThat(finish).as("nothing comes behind the end").isEmpty();
      assertThat(choice.path("index").isInt()).as("index").isTrue();
      if (chat) {
        delta(choice.path("delta"));
      } else {
        text.append(text(choice.path("text")));
      }
      assertThat(choice.has("finish_reason")).as("finish_reason").isTrue();
      if (!choice.path("finish_reason").isNull()) {
        finish(choice);
      }
    }
    if (total >= 0) {
      assertThat(finish).as("the tokens come behind the end").isNotEmpty();
    }
  }

  private void finish(JsonNode choice) {
    finish = text(choice.path("finish_reason"));
    assertThat(REASONS).contains(finish);
  }

  private void delta(JsonNode delta) {
    assertThat(delta.isObject()).as("delta").isTrue();
    if (!begun) {
      assertThat(delta.path("role").asText()).isEqualTo("assistant");
      assertThat(delta.has("content")).as("content").isTrue();
    }
    begun = true;
    text.append(delta.path("content").asText(""));
    for (JsonNode call : delta.path("tool_calls")) {
      assertThat(call.path("index").isInt()).as("index of a call").isTrue();
      call(call, call.path("index").asInt());
    }
  }

  private void call(JsonNode call, int number) {
    JsonNode arguments = call.at("/function/arguments");
    if (!calls.containsKey(number)) {
      assertThat(number).as("calls in a row").isEqualTo(calls.size());
      assertThat(text(call.path("type"))).isEqualTo("function");
      assertThat(text(call.path("id"))).isNotBlank();
      String name = text(call.at("/function/name"));
      calls.put(number, new StringBuilder(name + " "));
    }
    calls.get(number).append(text(arguments));
  }

  private static String text(JsonNode value) {
    assertThat(value.isTextual()).as("a text, not " + value).isTrue();
    return value.asText();
  }

  private static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new AssertionError("no JSON: " + text, e);
    }
  }
}
