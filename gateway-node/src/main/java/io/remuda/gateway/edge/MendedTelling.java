package io.remuda.gateway.edge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.remuda.gateway.dialect.AnswerKind;
import io.remuda.gateway.dialect.BadAnswer;
import io.remuda.gateway.dialect.CallFacts;
import io.remuda.gateway.dialect.StrictAnswer;
import io.remuda.gateway.dialect.StrictChunks;
import io.remuda.gateway.dialect.Trees;

/** The answer of an engine that speaks OpenAI's words loosely, for a client that is strict. */
final class MendedTelling implements Telling {

  private final AnswerKind kind;
  private final CallFacts facts;
  private final StrictChunks chunks;

  MendedTelling(AnswerKind kind, CallFacts facts) {
    this.kind = kind;
    this.facts = facts;
    this.chunks = new StrictChunks(kind, facts);
  }

  @Override
  public String held() {
    return "held to be mended";
  }

  @Override
  public byte[] whole(JsonNode answer) throws BadAnswer {
    ObjectNode mended = object(answer);
    StrictAnswer.mend(mended, kind, facts);
    return Trees.bytes(mended);
  }

  @Override
  public void chunk(JsonNode chunk, EventFrames out) throws BadAnswer {
    chunks.chunk(object(chunk), out::chunk);
  }

  @Override
  public boolean done(EventFrames out) {
    chunks.close(out::chunk);
    out.done();
    return true;
  }

  @Override
  public void end(boolean done, EventFrames out) {
    if (chunks.isFinished()) {
      done(out);
    }
  }

  private static ObjectNode object(JsonNode said) throws BadAnswer {
    if (said instanceof ObjectNode object) {
      return object;
    }
    throw Telling.noJson();
  }
}
