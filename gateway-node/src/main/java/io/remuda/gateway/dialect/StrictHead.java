package io.remuda.gateway.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * What every answer and every chunk says of itself: one id for all of it, an integer time, a model.
 * What an engine does not tell is made of the call, and of what it told before.
 */
final class StrictHead {

  private static final String ID = "id";
  private static final String CREATED = "created";
  private static final String MODEL = "model";
  private static final String CHOICES = "choices";

  private final AnswerKind kind;
  private final CallFacts facts;
  private String id = "";
  private String model;
  private long created;

  StrictHead(AnswerKind kind, CallFacts facts) {
    this.kind = kind;
    this.facts = facts;
    this.model = facts.model();
    this.created = facts.at().getEpochSecond();
  }

  void mend(ObjectNode answer, String object) {
    if (id.isEmpty()) {
      JsonNode given = answer.path(ID);
      id = given.isTextual() && !given.asText().isBlank() ? given.asText() : kind.idFor(facts);
    }
    answer.put(ID, id);
    answer.put("object", object);
    created = answer.path(CREATED).asLong(created);
    answer.put(CREATED, created);
    model = answer.path(MODEL).isTextual() ? answer.path(MODEL).asText() : model;
    answer.put(MODEL, model);
  }

  /** The choices of an answer, which it has from now on, each an object with its index. */
  static ArrayNode choices(ObjectNode answer) {
    JsonNode given = answer.path(CHOICES);
    ArrayNode choices = given instanceof ArrayNode list ? list : answer.putArray(CHOICES);
    for (int at = choices.size() - 1; at >= 0; at--) {
      if (!(choices.get(at) instanceof ObjectNode choice)) {
        choices.remove(at);
      } else if (!choice.path("index").isIntegralNumber()) {
        choice.put("index", choice.path("index").asInt(at));
      }
    }
    return choices;
  }
}
