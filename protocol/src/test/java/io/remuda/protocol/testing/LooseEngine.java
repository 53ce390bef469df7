package io.remuda.protocol.testing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Plays the answers of an engine that deviates as each request asks for: says {@code Hello} in
 * chats and completions, and calls two tools where a request brings any.
 */
public final class LooseEngine implements ScriptedEngine.Script {

  private static final String USAGE =
      "\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2,\"total_tokens\":5}";
  private static final Pattern STREAM = Pattern.compile("\"stream\":\\s*true");
  private static final String NOTHING_YET = "";
  private static final String FIRST_CALL =
      "\"id\":\"call_a\",\"type\":\"function\",\"function\":{\"name\":\"weather\",\"arguments\":\"%s\"}}";
  private static final String SECOND_CALL =
      "\"id\":\"call_b\",\"type\":\"function\",\"function\":{\"name\":\"time\","
          + "\"arguments\":\"{\\\"zone\\\":\\\"CET\\\"}\"}}";
  private static final String WHOLE_ARGUMENTS = "{\\\"city\\\":\\\"Oslo\\\"}";

  private volatile Deviation usual = Deviation.NONE;

  /** From now on each answer deviates so, whose request does not ask for another deviation. */
  public void deviate(Deviation deviation) {
    usual = deviation;
  }

  @Override
  public void answer(ScriptedEngine.Seen request, ScriptedEngine.Wire wire) throws IOException {
    String body = request.body();
    Deviation deviation = Deviation.askedBy(body).orElse(usual);
    boolean chat = request.path().endsWith("/chat/completions");
    boolean tools = body.contains("\"tools\"");
    boolean stream = STREAM.matcher(body).find();
    String answer =
        stream
            ? deviation.stream(chat ? chunks(tools) : texts())
            : deviation.whole(chat ? message(tools) : text());
    byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
    wire.raw(
        "HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n"
            .formatted(deviation.contentType(stream), bytes.length));
    pieces(answer, wire);
  }

  /** In pieces that end anywhere, as networks deliver them. */
  private static void pieces(String answer, ScriptedEngine.Wire wire) throws IOException {
    Matcher piece = Pattern.compile(".{1,97}", Pattern.DOTALL).matcher(answer);
    while (piece.find()) {
      wire.raw(piece.group());
    }
  }

  /** The events of a chat. */
  public static List<String> chunks(boolean tools) {
    List<String> events = new ArrayList<>();
    events.add(chunk("{\"role\":\"assistant\",\"content\":\"\"}", "null"));
    if (tools) {
      events.add(calls("{\"index\":0," + FIRST_CALL.formatted(NOTHING_YET)));
      events.add(calls("{\"index\":0,\"function\":{\"arguments\":\"{\\\"city\\\":\"}}"));
      events.add(calls("{\"index\":0,\"function\":{\"arguments\":\"\\\"Oslo\\\"}\"}}"));
      events.add(calls("{\"index\":1," + SECOND_CALL));
    } else {
      events.add(chunk("{\"content\":\"Hel\"}", "null"));
      events.add(chunk("{\"content\":\"lo\"}", "null"));
    }
    events.add(chunk("{}", tools ? "\"tool_calls\"" : "\"stop\""));
    events.add(head("chat.completion.chunk") + "\"choices\":[]," + USAGE + "}");
    return events;
  }

  /** The events of a completion. */
  public static List<String> texts() {
    List<String> events = new ArrayList<>();
    for (String said : List.of("Hel", "lo")) {
      events.add(
          head("text_completion")
              + "\"choices\":[{\"index\":0,\"text\":\""
              + said
              + "\",\"logprobs\":null,\"finish_reason\":null}]}");
    }
    events.add(
        head("text_completion")
            + "\"choices\":[{\"index\":0,\"text\":\"\",\"logprobs\":null,\"finish_reason\":\"stop\"}]}");
    events.add(head("text_completion") + "\"choices\":[]," + USAGE + "}");
    return events;
  }

  /** A chat in one piece. */
  public static String message(boolean tools) {
    String said =
        tools
            ? "\"content\":null,\"tool_calls\":[{"
                + FIRST_CALL.formatted(WHOLE_ARGUMENTS)
                + ",{"
                + SECOND_CALL
                + "]"
            : "\"content\":\"Hello\"";
    return head("chat.completion")
        + "\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\","
        + said
        + "},\"finish_reason\":"
        + (tools ? "\"tool_calls\"" : "\"stop\"")
        + "}],"
        + USAGE
        + "}";
  }

  /** A completion in one piece. */
  public static String text() {
    return head("text_completion")
        + "\"choices\":[{\"index\":0,\"text\":\"Hello\",\"logprobs\":null,\"finish_reason\":\"stop\"}],"
        + USAGE
        + "}";
  }

  private static String calls(String call) {
    return chunk("{\"tool_calls\":[" + call + "]}", "null");
  }

  private static String chunk(String delta, String finish) {
    return head("chat.completion.chunk")
        + "\"choices\":[{\"index\":0,\"delta\":"
        + delta
        + ",\"finish_reason\":"
        + finish
        + "}]}";
  }

  private static String head(String object) {
    return "{\"id\":\"c-1\",\"object\":\"%s\",\"created\":1700000000,\"model\":\"bench\","
        .formatted(object);
  }
}
