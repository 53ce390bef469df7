package io.remuda.gateway.edge;

import com.fasterxml.jackson.databind.JsonNode;
import io.remuda.gateway.dialect.AnswerForm;
import io.remuda.gateway.dialect.BadAnswer;
import io.remuda.gateway.dialect.EventStream;
import io.remuda.gateway.dialect.Trees;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** An engine's answer for a client that reads another dialect. */
final class DialectTelling implements Telling {

  private final AnswerForm form;
  private final long asked = System.nanoTime();
  private @Nullable EventStream events;

  DialectTelling(AnswerForm form) {
    this.form = form;
  }

  @Override
  public String held() {
    return "translated";
  }

  @Override
  public byte[] whole(JsonNode answer) throws BadAnswer {
    return Trees.bytes(form.whole(answer, elapsed()));
  }

  @Override
  public void chunk(JsonNode chunk, EventFrames out) throws BadAnswer {
    events().chunk(chunk, elapsed(), out::add);
  }

  /** What its last events are is said at the engine's end. */
  @Override
  public boolean done(EventFrames out) {
    return false;
  }

  @Override
  public void end(boolean done, EventFrames out) throws BadAnswer {
    events().end(done, elapsed(), out::add);
  }

  /** Not of an answer in one piece: not every form has a stream. */
  private EventStream events() {
    EventStream begun = events;
    if (begun == null) {
      begun = form.stream();
      events = begun;
    }
    return begun;
  }

  private Duration elapsed() {
    return Duration.ofNanos(System.nanoTime() - asked);
  }
}
