package io.remuda.gateway.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;

/** The form in which one client reads its answer. */
public interface AnswerForm {

  /**
   * An answer that came in one piece.
   *
   * @param sinceAsked how long the engine took
   */
  ObjectNode whole(JsonNode answer, Duration sinceAsked) throws BadAnswer;

  /** The events of one answer; each attempt has its own. */
  EventStream stream();
}
