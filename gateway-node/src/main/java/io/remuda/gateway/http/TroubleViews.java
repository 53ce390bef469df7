package io.remuda.gateway.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.remuda.protocol.model.Trouble;

/**
 * What went wrong with an instance's engine, in JSON. Its lines may hold what engines log of
 * requests: every route that shows an instance asks for what {@link LogRoutes} asks for.
 */
final class TroubleViews {

  private TroubleViews() {}

  static ObjectNode trouble(Trouble trouble) {
    ObjectNode json = Json.object();
    json.put("errors", trouble.errors());
    json.put("warnings", trouble.warnings());
    ArrayNode lines = json.putArray("lines");
    trouble.lines().forEach(line -> lines.add(line(line)));
    json.set("lastEnd", trouble.lastEnd().map(TroubleViews::lastEnd).orElse(null));
    return json;
  }

  private static ObjectNode line(Trouble.Line line) {
    ObjectNode json = Json.object();
    json.put("level", line.level().name());
    json.put("text", line.text());
    json.put("count", line.count());
    json.put("last", line.last().toString());
    return json;
  }

  private static ObjectNode lastEnd(Trouble.LastEnd end) {
    ObjectNode json = Json.object();
    json.put("words", end.words());
    json.put("at", end.at().toString());
    return json;
  }
}
