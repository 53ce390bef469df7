package io.remuda.gateway.edge;

import com.fasterxml.jackson.databind.JsonNode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.remuda.gateway.dialect.BadAnswer;
import io.remuda.gateway.dialect.Trees;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.bytes.InferenceCall;
import io.remuda.protocol.bytes.InferencePort;
import io.remuda.protocol.bytes.InferenceSink;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An engine's answer that is read on its way to a client, who is told it in other words. One in one
 * piece is held until it is whole; of a stream each event goes on as soon as it is whole. Errors
 * pass as they are: they are brought into shape where all of them are.
 */
final class RetoldAnswer implements InferenceSink {

  private static final List<Map.Entry<String, String>> JSON =
      List.of(Map.entry("content-type", "application/json"));

  private enum Mode {
    /** An error, as it comes. */
    PASS,
    /** One JSON object, held. */
    SINGLE,
    /** Events, of which the one that has begun is held. */
    EVENTS,
    /** Its end has been told. */
    DONE,
    /** It has failed, and the rest is not looked at. */
    FAILED
  }

  private final Telling telling;
  private final boolean stream;
  private final int limit;
  private final InferenceSink sink;
  private final ByteArrayOutputStream single = new ByteArrayOutputStream(256);
  private final EventReader reader;
  private final EventFrames frames;
  private Mode mode = Mode.PASS;
  private @Nullable InferenceCall call;

  /**
   * @param dialect of the client
   * @param stream whether it wants events
   * @param limit bytes of one event, or of an answer in one piece
   */
  RetoldAnswer(
      Telling telling, Endpoint.Dialect dialect, boolean stream, int limit, InferenceSink sink) {
    this.telling = telling;
    this.stream = stream;
    this.limit = limit;
    this.sink = sink;
    this.reader = new EventReader(limit);
    this.frames = new EventFrames(dialect);
  }

  /**
   * The way to an instance, whose answers are told so.
   *
   * @param tellings one for each answer
   */
  static InferencePort behind(
      InferencePort port,
      Supplier<Telling> tellings,
      Endpoint.Dialect dialect,
      boolean stream,
      int limit) {
    return (request, sink) -> {
      RetoldAnswer answer = new RetoldAnswer(tellings.get(), dialect, stream, limit, sink);
      return answer.of(port.call(request, answer));
    };
  }

  /** Takes the call whose answer this is, and gives it back. */
  private InferenceCall of(InferenceCall started) {
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

  /**
   * What an engine says of its content is not trusted further than whether it is events: some call
   * both plain text.
   */
  @Override
  public void onHead(int status, List<Map.Entry<String, String>> headers) {
    if (status >= 400) {
      sink.onHead(status, headers);
      return;
    }
    String type = Headers.value(headers, "content-type");
    if (stream && type.startsWith("application/json")) {
      fail(failed("the engine answered without the stream asked for"));
    } else if (!stream && type.startsWith("text/event-stream")) {
      fail(failed("the engine answered with a stream that was not asked for"));
    } else if (stream) {
      mode = Mode.EVENTS;
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
      case DONE, FAILED -> bytes.release();
    }
  }

  @Override
  public void onEnd() {
    switch (mode) {
      case PASS, DONE -> sink.onEnd();
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
    switch (mode) {
      case PASS, EVENTS -> {
        mode = Mode.FAILED;
        sink.onFailure(reason, safeToRetry);
      }
      case SINGLE -> {
        mode = Mode.FAILED;
        // Of what is held here the client has seen nothing, so that trying again repeats nothing.
        sink.onFailure(reason, true);
      }
      // All of the answer was there; that its engine went then is nothing to the client.
      case DONE -> {
        mode = Mode.FAILED;
        sink.onEnd();
      }
      case FAILED -> {}
    }
  }

  private void single() {
    byte[] told;
    try {
      told = telling.whole(Trees.read(single.toByteArray()).orElseThrow(Telling::noJson));
    } catch (BadAnswer e) {
      fail(e.refused());
      return;
    }
    sink.onHead(200, JSON);
    sink.onBytes(Unpooled.wrappedBuffer(told));
    sink.onEnd();
  }

  /** What is whole goes on, in one piece. */
  private void pass() {
    try {
      for (String data = reader.next(); data != null; data = reader.next()) {
        JsonNode chunk = Trees.read(data).orElse(null);
        if (reader.isAside(chunk)) {
          continue;
        }
        if (chunk == null) {
          throw Telling.noJson();
        }
        telling.chunk(chunk, frames);
      }
    } catch (BadAnswer e) {
      flush();
      fail(e.refused());
      return;
    }
    if (reader.isDone() && telling.done(frames)) {
      mode = Mode.DONE;
    }
    flush();
  }

  private void endEvents() {
    if (mode == Mode.EVENTS) {
      try {
        telling.end(reader.isDone(), frames);
      } catch (BadAnswer e) {
        fail(e.refused());
        return;
      }
      flush();
    }
    if (mode != Mode.FAILED) {
      // One that ended in the middle has no last event, by which that is seen.
      sink.onEnd();
    }
  }

  /** Also where nothing is ready: that something came tells that the engine is alive. */
  private void flush() {
    sink.onBytes(frames.take());
  }

  private static Refused failed(String why) {
    return Refused.of(ErrorCode.ENGINE_FAILED, why);
  }

  /** The same question would come to the same answer, so that it is not worth asking again. */
  private Refused tooLarge() {
    return Refused.of(
        ErrorCode.NOT_SUPPORTED,
        "the engine answered more than "
            + limit
            + " bytes in one piece, which is more than is "
            + telling.held()
            + "; ask for less, stream,"
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
