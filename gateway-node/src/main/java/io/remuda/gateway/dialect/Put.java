package io.remuda.gateway.dialect;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.remuda.protocol.Refused;

/** What a client's request comes to. */
public sealed interface Put {

  /**
   * A question to an engine.
   *
   * @param path the engine's address
   * @param body its model is the one of {@link CallFacts}
   * @param answers how the client is told what the engine answers
   */
  record Asked(String path, ObjectNode body, AnswerForm answers) implements Put {}

  /**
   * None: the engine could not do what it asks for, or it is wrong.
   *
   * @param param the path of the field at fault
   */
  record Bad(Refused refused, String param) implements Put {}
}
