package io.remuda.gateway.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.function.Consumer;

/** One streamed answer on its way: an engine's chunks come in, the client's events go out. */
public interface EventStream {

  /**
   * One chunk of the engine.
   *
   * @param out takes the client's events, none or several
   */
  void chunk(JsonNode chunk, Duration sinceAsked, Consumer<ObjectNode> out) throws BadAnswer;

  /**
   * The engine closed its stream in good order. One that ended in the middle gets no last event, so
   * that nobody takes it for complete.
   *
   * @param done whether it said {@code [DONE]}
   */
  void end(boolean done, Duration sinceAsked, Consumer<ObjectNode> out) throws BadAnswer;
}
