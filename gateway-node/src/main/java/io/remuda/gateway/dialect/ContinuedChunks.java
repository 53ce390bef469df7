package io.remuda.gateway.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/**
 * The chunks of an engine that goes on with a stream of another one, as parts of that stream: they
 * name themselves as its chunks did, say no role again, and count the tokens of both.
 */
public final class ContinuedChunks {

  /** On the first chunk behind a seam: how many seams there are, and who goes on. */
  static final String MARK = "remuda";

  private static final String USAGE = "usage";
  private static final String PROMPT = "prompt_tokens";
  private static final String COMPLETION = "completion_tokens";

  private final Optional<ChunkHead> head;
  private final long tokens;
  private final int seams;
  private final String instance;
  private boolean marked;
  private boolean finished;

  /**
   * @param head of the stream's chunks so far; empty where none came
   * @param tokens of the text so far
   * @param seams with this one
   * @param instance that goes on
   */
  public ContinuedChunks(Optional<ChunkHead> head, long tokens, int seams, String instance) {
    this.head = head;
    this.tokens = tokens;
    this.seams = seams;
    this.instance = instance;
  }

  /** Makes the next chunk one of the stream. */
  public ObjectNode chunk(JsonNode said) throws BadAnswer {
    if (!(said instanceof ObjectNode chunk)) {
      throw BadAnswer.of("the engine answered what is no JSON object; its log may say why");
    }
    ChatPiece.refuseError(chunk);
    head.ifPresent(first -> first.onto(chunk));
    for (JsonNode choice : chunk.path("choices")) {
      if (head.isPresent() && choice.path("delta") instanceof ObjectNode delta) {
        delta.remove("role");
      }
      finished |= PlainPiece.isFinished(choice);
    }
    sum(chunk.path(USAGE));
    if (!marked) {
      marked = true;
      chunk.putObject(MARK).put("resumed", seams).put("instance", instance);
    }
    return chunk;
  }

  /** Whether a reason to finish has come. */
  public boolean isFinished() {
    return finished;
  }

  /** What the engine was given of the answer is a part of the answer, and not of the question. */
  private void sum(JsonNode given) {
    if (!(given instanceof ObjectNode usage) || !usage.path(PROMPT).isIntegralNumber()) {
      return;
    }
    long moved = Math.min(tokens, usage.path(PROMPT).asLong());
    usage.put(PROMPT, usage.path(PROMPT).asLong() - moved);
    usage.put(COMPLETION, usage.path(COMPLETION).asLong() + moved);
  }
}
