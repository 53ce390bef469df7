package io.remuda.gateway.edge;

import com.fasterxml.jackson.databind.JsonNode;
import io.remuda.gateway.dialect.BadAnswer;

/** In which words a client is told one engine's answer; see {@link RetoldAnswer}. */
interface Telling {

  /** Why an answer is held until it is whole, as in "more than is ...". */
  String held();

  /** An answer that came in one piece, as the client reads it. */
  byte[] whole(JsonNode answer) throws BadAnswer;

  /**
   * The next event of a stream.
   *
   * @param out takes what the client is told, none or several events
   */
  void chunk(JsonNode chunk, EventFrames out) throws BadAnswer;

  /**
   * The engine has said {@code [DONE]}.
   *
   * @return whether the client's answer is complete with that, whatever its engine does from now on
   */
  boolean done(EventFrames out);

  /**
   * The engine closed its stream in good order. One that ended in the middle gets no last event, so
   * that nobody takes it for complete.
   *
   * @param done whether it said {@code [DONE]}
   */
  void end(boolean done, EventFrames out) throws BadAnswer;

  /** What an engine says that is no JSON cannot be told. */
  static BadAnswer noJson() {
    return BadAnswer.of("the engine answered what is no JSON; its log may say why");
  }
}
