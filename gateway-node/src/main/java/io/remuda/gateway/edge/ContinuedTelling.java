package io.remuda.gateway.edge;

import com.fasterxml.jackson.databind.JsonNode;
import io.remuda.gateway.dialect.BadAnswer;
import io.remuda.gateway.dialect.ContinuedChunks;

/** The rest of a stream, by another engine than the one that began it, for the same client. */
final class ContinuedTelling implements Telling {

  private final ContinuedChunks chunks;
  private final String seam;
  private boolean begun;

  /**
   * @param seam a comment that stands before the first of it
   */
  ContinuedTelling(ContinuedChunks chunks, String seam) {
    this.chunks = chunks;
    this.seam = seam;
  }

  @Override
  public String held() {
    return "read of a stream that is resumed";
  }

  @Override
  public byte[] whole(JsonNode answer) throws BadAnswer {
    throw BadAnswer.of("the engine answered without the stream asked for");
  }

  @Override
  public void chunk(JsonNode chunk, EventFrames out) throws BadAnswer {
    JsonNode told = chunks.chunk(chunk);
    if (!begun) {
      begun = true;
      out.comment(seam);
    }
    out.chunk(told);
  }

  @Override
  public boolean done(EventFrames out) {
    out.done();
    return true;
  }

  @Override
  public void end(boolean done, EventFrames out) {
    if (chunks.isFinished()) {
      out.done();
    }
  }
}
