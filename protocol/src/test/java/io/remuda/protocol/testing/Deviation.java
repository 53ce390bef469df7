package io.remuda.protocol.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A way in which engines differ from OpenAI that breaks one of the official clients, done to an
 * answer that is strict.
 */
public enum Deviation {
  NONE(each(json -> json)),
  NO_ID(each(json -> json.replace("\"id\":\"c-1\",", ""))),
  EMPTY_ID(each(json -> json.replace("\"id\":\"c-1\"", "\"id\":\"\""))),
  AN_ID_FOR_EACH_CHUNK(events(Deviation::numbered)),
  NO_CREATED(each(json -> json.replace("\"created\":1700000000,", ""))),
  CREATED_AS_A_FLOAT(each(json -> json.replace("1700000000", "1700000000.25"))),
  NO_OBJECT(each(json -> json.replaceFirst("\"object\":\"[a-z_.]+\",", ""))),
  NO_MODEL(each(json -> json.replace("\"model\":\"bench\",", ""))),
  NO_CHOICE_INDEX(each(json -> json.replace("\"choices\":[{\"index\":0,", "\"choices\":[{"))),
  FINISH_AS_AN_EMPTY_TEXT(
      each(json -> json.replace("\"finish_reason\":null", "\"finish_reason\":\"\""))),
  NO_FINISH_WHERE_NONE_IS_DUE(each(json -> json.replace(",\"finish_reason\":null", ""))),
  A_FINISH_OF_ITS_OWN(
      each(
          json ->
              json.replace("\"stop\"", "\"eos_token\"")
                  .replace("\"finish_reason\":\"tool_calls\"", "\"finish_reason\":\"tool_use\""))),
  NO_ROLE(each(json -> json.replace("\"role\":\"assistant\",", ""))),
  NO_DELTA_AT_THE_END(each(json -> json.replace("\"delta\":{},", ""))),
  NO_CLOSING_CHUNK(without("\"delta\":{}", "\"text\":\"\"")),
  USAGE_WITHOUT_CHOICES(each(json -> json.replace("\"choices\":[],", ""))),
  USAGE_WITH_CHOICES_OF_NULL(each(json -> json.replace("\"choices\":[]", "\"choices\":null"))),
  COUNTS_AS_FLOATS(each(json -> json.replaceAll("_tokens\":(\\d)", "_tokens\":$1.0"))),
  NO_TOTAL(each(json -> json.replace(",\"total_tokens\":5", ""))),
  NO_DONE(wire(text -> text.replace("data: [DONE]\n\n", ""))),
  A_SPACE_AFTER_DONE(wire(text -> text.replace("[DONE]", "[DONE] "))),
  MORE_AFTER_DONE(wire(text -> text + "data: {\"choices\":[]}\n\n")),
  PINGS(
      wire(
          text ->
              text.replace(
                  "\n\ndata: {", "\n\nevent: ping\ndata: {\"type\":\"ping\"}\n\ndata: {"))),
  PINGS_THAT_ARE_NO_JSON(wire(text -> "event: ping\ndata: now\n\n" + text)),
  NAMED_EVENTS(wire(text -> text.replace("data: {", "event: message\ndata: {"))),
  CRLF(wire(text -> text.replace("\n", "\r\n"))),
  NO_SPACE_AFTER_DATA(wire(text -> text.replace("data: ", "data:"))),
  ONE_EVENT_ON_TWO_LINES(wire(text -> text.replace("\"choices\":", "\ndata: \"choices\":"))),
  NO_EMPTY_LINE_AT_THE_END(wire(text -> text.replace("data: [DONE]\n\n", "data: [DONE]"))),
  PLAIN_TEXT(each(json -> json)),
  CALLS_WITHOUT_INDEX(
      each(json -> json.replaceAll("\\{\"index\":\\d,\"(id|function)\"", "{\"$1\""))),
  CALLS_OF_ONE_INDEX(each(json -> json.replace("{\"index\":1,\"id\"", "{\"index\":0,\"id\""))),
  CALLS_WITHOUT_TYPE(each(json -> json.replace("\"type\":\"function\",", ""))),
  CALLS_WITHOUT_ID(each(json -> json.replaceAll("\"id\":\"call_[ab]\",", ""))),
  CALL_ARGUMENTS_AS_AN_OBJECT(events(Deviation::objects)),
  CALLS_THAT_END_AS_A_TEXT(
      each(json -> json.replace("\"finish_reason\":\"tool_calls\"", "\"finish_reason\":\"stop\""))),
  MUCH_AT_ONCE(
      each(
          json ->
              json.replace("\"id\":\"c-1\",", "")
                  .replace("\"created\":1700000000,", "")
                  .replace("\"role\":\"assistant\",", "")
                  .replace("\"finish_reason\":null", "\"finish_reason\":\"\"")
                  .replaceAll("_tokens\":(\\d)", "_tokens\":$1.0")));

  private static final Pattern ASKED = Pattern.compile("\"user\":\\s*\"([A-Z_]+)\"");

  /**
   * What is done to an answer.
   *
   * @param events to the JSON of its events, or to that of one in one piece
   * @param wire to the bytes of its events
   */
  private record Change(UnaryOperator<List<String>> events, UnaryOperator<String> wire) {}

  private final Change change;

  Deviation(Change change) {
    this.change = change;
  }

  /** The one that a request asks for by its name as {@code user}. */
  public static Optional<Deviation> askedBy(String body) {
    Matcher matcher = ASKED.matcher(body);
    return matcher.find() ? Optional.of(valueOf(matcher.group(1))) : Optional.empty();
  }

  /** A stream of {@code events}, as bytes. */
  public String stream(List<String> events) {
    StringBuilder text = new StringBuilder();
    for (String event : change.events().apply(events)) {
      text.append("data: ").append(event).append("\n\n");
    }
    return change.wire().apply(text.append("data: [DONE]\n\n").toString());
  }

  /** An answer in one piece. */
  public String whole(String json) {
    return change.events().apply(List.of(json)).get(0);
  }

  public String contentType(boolean stream) {
    return this == PLAIN_TEXT ? "text/plain" : stream ? "text/event-stream" : "application/json";
  }

  /** As a test of it is named. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  private static Change each(UnaryOperator<String> json) {
    return events(all -> all.stream().map(json).toList());
  }

  private static Change events(UnaryOperator<List<String>> events) {
    return new Change(events, text -> text);
  }

  private static Change wire(UnaryOperator<String> text) {
    return new Change(all -> all, text);
  }

  private static Change without(String... marks) {
    return events(
        all ->
            all.stream()
                .filter(json -> List.of(marks).stream().noneMatch(json::contains))
                .toList());
  }

  private static List<String> numbered(List<String> events) {
    List<String> all = new ArrayList<>();
    for (String event : events) {
      all.add(event.replace("\"c-1\"", "\"c-" + all.size() + "\""));
    }
    return all;
  }

  /** Whole calls, whose arguments are no text. */
  private static List<String> objects(List<String> events) {
    return events.stream()
        .filter(json -> !json.contains("{\"index\":0,\"function\""))
        .map(
            json ->
                json.replace("\"arguments\":\"\"", "\"arguments\":{\"city\":\"Oslo\"}")
                    .replace(
                        "\"arguments\":\"{\\\"city\\\":\\\"Oslo\\\"}\"",
                        "\"arguments\":{\"city\":\"Oslo\"}")
                    .replace(
                        "\"arguments\":\"{\\\"zone\\\":\\\"CET\\\"}\"",
                        "\"arguments\":{\"zone\":\"CET\"}"))
        .toList();
  }
}
