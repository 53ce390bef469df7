package io.remuda.gateway.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** JSON in single quotes, and what a translation makes of it. */
final class Spoken {

  static final Instant AT = Instant.parse("2026-01-02T03:04:05Z");

  /** Two calls in a stream of an engine that gives both of them the index 0. */
  static final String[] TWO_CALLS_AT_ONE_INDEX = {
    "{'choices':[{'delta':{'tool_calls':[{'index':0,'id':'c1','function':{'name':'f',"
        + "'arguments':'{\\'a\\':'}}]}}]}",
    "{'choices':[{'delta':{'tool_calls':[{'index':0,'id':'','function':{'arguments':'1}'}}]}}]}",
    "{'choices':[{'delta':{'tool_calls':[{'index':0,'id':'c2','function':{'name':'g',"
        + "'arguments':'{}'}}]}}]}",
    "{'choices':[{'delta':{},'finish_reason':'tool_calls'}]}"
  };

  private Spoken() {}

  static JsonNode json(String quoted) {
    return Trees.read(quoted.replace('\'', '"')).orElseThrow();
  }

  static Put put(Translator translator, String request) {
    return translator.put((ObjectNode) json(request), new CallFacts("bench", "r1", AT));
  }

  static Put.Asked asked(Translator translator, String request) {
    return (Put.Asked) put(translator, request);
  }

  static Put.Bad bad(Translator translator, String request) {
    return (Put.Bad) put(translator, request);
  }

  /** The client's events for the engine's chunks; each chunk comes a millisecond later. */
  static List<JsonNode> events(EventStream stream, boolean done, String... chunks)
      throws BadAnswer {
    List<JsonNode> events = new ArrayList<>();
    int millis = 0;
    for (String chunk : chunks) {
      stream.chunk(json(chunk), Duration.ofMillis(++millis), event -> events.add(read(event)));
    }
    stream.end(done, Duration.ofMillis(++millis), event -> events.add(read(event)));
    return events;
  }

  /** The whole answer, after a tenth of a second. */
  static JsonNode whole(Put.Asked asked, String answer) throws BadAnswer {
    return read(asked.answers().whole(json(answer), Duration.ofMillis(100)));
  }

  /** As a client reads it. */
  private static JsonNode read(JsonNode written) {
    return Trees.read(Trees.text(written)).orElseThrow();
  }

  static List<String> types(List<JsonNode> events) {
    return events.stream().map(event -> event.path("type").asText()).toList();
  }
}
