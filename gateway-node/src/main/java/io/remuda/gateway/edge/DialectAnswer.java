package io.remuda.gateway.edge;

import com.fasterxml.jackson.databind.JsonNode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.remuda.gateway.dialect.AnswerForm;
import io.remuda.gateway.dialect.BadAnswer;
import io.remuda.gateway.dialect.EventStream;
import io.remuda.gateway.dialect.Trees;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.bytes.InferenceCall;
import io.remuda.protocol.bytes.InferenceSink;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An engine's answer on its way to a client that reads another dialect. One in one piece is held
 * until it is whole; of a stream each event goes on as soon as it is whole. Errors pass as they
 * are: they are brought into shape where all of them are.
 */
final class DialectAnswer implements InferenceSink {

  private enum Mode {
    /** An error, as it comes. */
    PASS,
    /** One JSON object, held. */
    SINGLE,
    /** Events, of which the one that has begun is held. */
    EVENTS,
    /** It has failed, and the rest is not looked at. */
    FAILED
  }

  private final AnswerForm form;
  private final EventFrames frames;
  private final boolean stream;
  private final int limit;
  private final InferenceSink sink;
  private final ByteArrayOutputStream single = new ByteArrayOutputStream(256);
  private final EventReader reader;
  private final long asked = System.nanoTime();
  private Mode mode = Mode.PASS;
  private @Nullable EventStream events;
  private @Nullable InferenceCall call;

  /**
   * @param stream whether the client wants events
   * @param limit bytes of one event, or of an answer in one piece
   */
  DialectAnswer(
      AnswerForm form, Endpoint.Dialect dialect, boolean stream, int limit, InferenceSink sink) {
    this.form = form;
    this.frames = new EventFrames(dialect);
    this.stream = stream;
    this.limit = limit;
    this.sink = sink;
    this.reader = new EventReader(limit);
  }

  /** Takes the call whose answer this is, and gives it back. */
  InferenceCall of(InferenceCall started) {
    call = started;
    if (mode == Mode.FAILED) {
      started.cancel();
    }
    return started;
  }

  @Override
  public void onSent() {
    sink.onSent();
  }

  @Override
  public void onProgress(int percent) {
    sink.onProgress(percent);
  }

  @Override
  public void onLoad(int requests) {
    sink.onLoad(requests);
  }

  @Override
  public void onHead(int status, List<Map.Entry<String, String>> headers) {
    if (status >= 400) {
      sink.onHead(status, headers);
      return;
    }
    // What an engine says of its content is not trusted further: some call both plain text.
    String type = Headers.value(headers, "content-type");
    if (type.startsWith(stream ? "application/json" : "text/event-stream")) {
      fail(
          Refused.of(
              ErrorCode.ENGINE_FAILED,
              stream
                  ? "the engine answered without the stream asked for"
                  : "the engine answered with a stream that was not asked for"));
    } else if (stream) {
      mode = Mode.EVENTS;
      events = form.stream();
      sink.onHead(200, frames.headers());
    } else {
      mode = Mode.SINGLE;
    }
  }

  @Override
  public void onBytes(ByteBuf bytes) {
    switch (mode) {
      case PASS -> sink.onBytes(bytes);
      case SINGLE -> {
        boolean fits = single.size() + bytes.readableBytes() <= limit;
        if (fits) {
          single.writeBytes(ByteBufUtil.getBytes(bytes));
        }
        bytes.release();
        if (!fits) {
          fail(tooLarge());
        }
      }
      case EVENTS -> {
        boolean fits = reader.add(bytes);
        bytes.release();
        if (fits) {
          pass();
        } else {
          fail(tooLarge());
        }
      }
      case FAILED -> bytes.release();
    }
  }

  @Override
  public void onEnd() {
    switch (mode) {
      case PASS -> sink.onEnd();
      case SINGLE -> single();
      case EVENTS -> {
        reader.end();
        pass();
        endEvents();
      }
      case FAILED -> {}
    }
  }

  @Override
  public void onFailure(Refused reason, boolean safeToRetry) {
    if (mode != Mode.FAILED) {
      // Of what is held here the client has seen nothing, so that trying again repeats nothing.
      boolean held = mode == Mode.SINGLE;
      mode = Mode.FAILED;
      sink.onFailure(reason, safeToRetry || held);
    }
  }

  private void single() {
    JsonNode answer = Trees.read(single.toByteArray()).orElse(null);
    if (answer == null) {
      fail(noJson());
      return;
    }
    byte[] json;
    try {
      json = Trees.bytes(form.whole(answer, elapsed()));
    } catch (BadAnswer e) {
      fail(e.refused());
      return;
    }
    sink.onHead(200, List.of(Map.entry("content-type", "application/json")));
    sink.onBytes(Unpooled.wrappedBuffer(json));
    sink.onEnd();
  }

  /** What is whole goes on, in one piece. */
  private void pass() {
    EventStream stage = Objects.requireNonNull(events);
    try {
      for (String data = reader.next(); data != null; data = reader.next()) {
        JsonNode chunk = Trees.read(data).orElse(null);
        if (reader.isAside(chunk)) {
          continue;
        }
        if (chunk == null) {
          flush();
          fail(noJson());
          return;
        }
        stage.chunk(chunk, elapsed(), frames::add);
      }
      flush();
    } catch (BadAnswer e) {
      flush();
      fail(e.refused());
    }
  }

  private void endEvents() {
    if (mode == Mode.FAILED) {
      return;
    }
    try {
      Objects.requireNonNull(events).end(reader.isDone(), elapsed(), frames::add);
    } catch (BadAnswer e) {
      fail(e.refused());
      return;
    }
    flush();
    sink.onEnd();
  }

  /** Also where nothing is ready: that something came tells that the engine is alive. */
  private void flush() {
    sink.onBytes(frames.take());
  }

  private Duration elapsed() {
    return Duration.ofNanos(System.nanoTime() - asked);
  }

  private static Refused noJson() {
    return Refused.of(
        ErrorCode.ENGINE_FAILED, "the engine answered what is no JSON; its log may say why");
  }

  /** The same question would come to the same answer, so that it is not worth asking again. */
  private Refused tooLarge() {
    return Refused.of(
        ErrorCode.NOT_SUPPORTED,
        "the engine answered more than "
            + limit
            + " bytes in one piece, which is more than is translated; ask for less, stream,"
            + " or raise remuda.gateway.inference.translated-answer-size");
  }

  /** Not worth another try: another instance of the same model would say the same. */
  private void fail(Refused why) {
    mode = Mode.FAILED;
    InferenceCall running = call;
    if (running != null) {
      running.cancel();
    }
    sink.onFailure(why, false);
  }
}
