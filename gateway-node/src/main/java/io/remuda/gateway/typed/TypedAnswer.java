package io.remuda.gateway.typed;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.bytes.InferenceCall;
import io.remuda.protocol.bytes.InferenceSink;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An instance's answer on its way to a client that wants another form of it. A single message is
 * held until it is whole; of a sequence each message is an event as soon as it is whole. Errors
 * pass as they are.
 */
final class TypedAnswer implements InferenceSink {

  private static final Logger log = LoggerFactory.getLogger(TypedAnswer.class);

  private enum Mode {
    /** As it comes: an error, or protobuf that the client takes. */
    PASS,
    /** One message, held. */
    SINGLE,
    /** A sequence, of which the message that has begun is held. */
    SEQUENCE,
    /** It has failed, and the rest is not looked at. */
    FAILED
  }

  private static final byte[] DONE = "data: [DONE]\n\n".getBytes(StandardCharsets.US_ASCII);

  /** How a message is put to the client. */
  @FunctionalInterface
  interface Text {
    /** JSON in UTF-8. */
    byte[] of(byte[] binary) throws BadMessage;
  }

  private final Text text;
  private final MediaTypes.Form wanted;
  private final TypedSettings limits;
  private final InferenceSink sink;
  private final ByteArrayOutputStream single = new ByteArrayOutputStream(256);
  private final MessageSequence sequence;
  private Mode mode = Mode.PASS;
  private @Nullable InferenceCall call;

  TypedAnswer(Text text, MediaTypes.Form wanted, TypedSettings limits, InferenceSink sink) {
    this.text = text;
    this.wanted = wanted;
    this.limits = limits;
    this.sink = sink;
    this.sequence = new MessageSequence(limits.maxAnswerBytes());
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
  public void onLoad(int requests) {
    sink.onLoad(requests);
  }

  @Override
  public void onHead(int status, List<Map.Entry<String, String>> headers) {
    String type = "";
    for (Map.Entry<String, String> header : headers) {
      if (header.getKey().equals("content-type")) {
        type = header.getValue().split(";", 2)[0].strip();
      }
    }
    if (status != 200) {
      sink.onHead(status, headers);
    } else if (type.equals(MediaTypes.PROTOBUF_SEQUENCE) && wanted == MediaTypes.Form.EVENTS) {
      mode = Mode.SEQUENCE;
      events();
    } else if (!type.equals(MediaTypes.PROTOBUF)) {
      fail("answered '" + FieldPath.shown(type) + "' where " + MediaTypes.PROTOBUF + " was due");
    } else if (wanted == MediaTypes.Form.PROTOBUF) {
      sink.onHead(status, headers);
    } else {
      mode = Mode.SINGLE;
    }
  }

  @Override
  public void onBytes(ByteBuf bytes) {
    if (mode == Mode.PASS) {
      sink.onBytes(bytes);
      return;
    }
    byte[] part = new byte[bytes.readableBytes()];
    bytes.readBytes(part);
    bytes.release();
    if (mode == Mode.SINGLE) {
      if (single.size() + part.length > limits.maxAnswerBytes()) {
        fail("answered more than " + limits.maxAnswerBytes() + " bytes");
      } else {
        single.writeBytes(part);
      }
    } else if (mode == Mode.SEQUENCE) {
      sequence(part);
    }
  }

  private void sequence(byte[] part) {
    try {
      sequence.add(part);
      for (byte[] message = sequence.next(); message != null; message = sequence.next()) {
        event(message);
      }
    } catch (BadMessage e) {
      fail("answered what is no message of its type: " + e.getMessage());
    }
  }

  @Override
  public void onEnd() {
    switch (mode) {
      case PASS -> sink.onEnd();
      case SINGLE -> single();
      case SEQUENCE -> {
        if (sequence.isBetween()) {
          sink.onBytes(Unpooled.wrappedBuffer(DONE));
          sink.onEnd();
        } else {
          fail("ended its answer in the middle of a message");
        }
      }
      case FAILED -> {}
    }
  }

  private void single() {
    try {
      if (wanted == MediaTypes.Form.EVENTS) {
        byte[] json = told(single.toByteArray());
        events();
        eventOf(json);
        sink.onBytes(Unpooled.wrappedBuffer(DONE));
      } else {
        byte[] json = told(single.toByteArray());
        sink.onHead(
            200,
            List.of(
                Map.entry("content-type", MediaTypes.JSON),
                Map.entry("content-length", Integer.toString(json.length))));
        sink.onBytes(Unpooled.wrappedBuffer(json));
      }
      sink.onEnd();
    } catch (BadMessage e) {
      fail("answered what is no message of its type: " + e.getMessage());
    }
  }

  private void events() {
    sink.onHead(200, List.of(Map.entry("content-type", MediaTypes.EVENTS + "; charset=utf-8")));
  }

  private void event(byte[] message) throws BadMessage {
    eventOf(told(message));
  }

  /** Whatever is wrong with it: an answer that is neither given nor refused is waited for. */
  private byte[] told(byte[] message) throws BadMessage {
    try {
      return text.of(message);
    } catch (RuntimeException e) {
      log.warn("event=answer-not-told reason={}", e.toString());
      throw new BadMessage(ErrorCode.ENGINE_FAILED, "", "it cannot be put as JSON");
    }
  }

  private void eventOf(byte[] json) {
    sink.onBytes(
        Unpooled.wrappedBuffer(
            "data: ".getBytes(StandardCharsets.US_ASCII),
            json,
            "\n\n".getBytes(StandardCharsets.US_ASCII)));
  }

  @Override
  public void onFailure(Refused reason, boolean safeToRetry) {
    if (mode != Mode.FAILED) {
      mode = Mode.FAILED;
      sink.onFailure(reason, safeToRetry);
    }
  }

  /** Not worth another try: another instance of the same model would say the same. */
  private void fail(String what) {
    mode = Mode.FAILED;
    InferenceCall running = call;
    if (running != null) {
      running.cancel();
    }
    sink.onFailure(
        Refused.of(
            ErrorCode.ENGINE_FAILED,
            "the model " + what + "; its author has to look at it, sending again does not help"),
        false);
  }
}
