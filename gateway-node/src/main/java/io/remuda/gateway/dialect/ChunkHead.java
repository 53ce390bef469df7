package io.remuda.gateway.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** What all chunks of one stream say of themselves alike: missing where the engine did not say. */
public record ChunkHead(JsonNode id, JsonNode created, JsonNode model) {

  private static final String ID = "id";
  private static final String CREATED = "created";
  private static final String MODEL = "model";

  public static ChunkHead of(JsonNode chunk) {
    return new ChunkHead(chunk.path(ID), chunk.path(CREATED), chunk.path(MODEL));
  }

  void onto(ObjectNode chunk) {
    put(chunk, ID, id);
    put(chunk, CREATED, created);
    put(chunk, MODEL, model);
  }

  private static void put(ObjectNode chunk, String name, JsonNode value) {
    if (!value.isMissingNode()) {
      chunk.set(name, value);
    }
  }
}
