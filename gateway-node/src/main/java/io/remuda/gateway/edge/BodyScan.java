package io.remuda.gateway.edge;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufInputStream;
import io.remuda.gateway.dialect.PlainFields;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;

/**
 * What the byte path needs to know of a request's body: its model, whether it wants a stream,
 * whether it wants plain text, and how long an answer may be. The whole body is checked to be one
 * JSON object by a streaming parser; nothing else of it is looked at or kept.
 *
 * @param model the {@code model} field as the client wrote it
 * @param answerTokens the most that the client wants; negative where it did not say
 * @param streamOptions whether it says how it wants a stream
 * @param beyondText the first field by which it may ask for more than plain text of one choice
 */
public record BodyScan(
    String model,
    boolean stream,
    long answerTokens,
    boolean streamOptions,
    Optional<String> beyondText) {

  /** The fields of all dialects that say it. */
  private static final Set<String> ANSWER_TOKENS =
      Set.of("max_tokens", "max_completion_tokens", "max_output_tokens");

  private static final long NOT_SAID = -1;

  /** One that asks for plain text of one choice, and does not say how long it may be. */
  public BodyScan(String model, boolean stream) {
    this(model, stream, NOT_SAID, false, Optional.empty());
  }

  /** Deeper nesting is refused. */
  public static final int MAX_DEPTH = 64;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxNameLength(4096)
                  .maxNumberLength(400)
                  .maxStringLength(Integer.MAX_VALUE)
                  .build())
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .build();

  /** A scan or the reason why there is none. */
  public record Result(Optional<BodyScan> scan, Optional<Refused> refused) {}

  /** Reads {@code body} and leaves its indices alone. */
  public static Result of(ByteBuf body) {
    return of(body, false);
  }

  /**
   * @param streamsUnasked whether a body that does not say wants a stream
   */
  static Result of(ByteBuf body, boolean streamsUnasked) {
    try (JsonParser parser = parser(body)) {
      return scan(parser, streamsUnasked);
    } catch (StreamConstraintsException e) {
      return refuse(
          ErrorCode.INVALID_JSON,
          "the body is nested deeper than "
              + MAX_DEPTH
              + " levels or holds a name or number beyond all measure; send a simpler one");
    } catch (JsonProcessingException e) {
      return refuse(ErrorCode.INVALID_JSON, "the body is not JSON" + at(e.getLocation()));
    } catch (IOException e) {
      return refuse(ErrorCode.INVALID_JSON, "the body is not JSON in UTF-8; send it as UTF-8");
    }
  }

  private static Result scan(JsonParser parser, boolean streamsUnasked) throws IOException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      return refuse(ErrorCode.INVALID_REQUEST, "the body must be a JSON object {...}");
    }
    String model = "";
    boolean seen = false;
    boolean stream = streamsUnasked;
    Optional<String> beyondText = Optional.empty();
    long answerTokens = NOT_SAID;
    boolean streamOptions = false;
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      JsonToken value = parser.nextToken();
      if (name.equals("model")) {
        if (seen) {
          return refuse(ErrorCode.INVALID_REQUEST, "'model' is given twice; give it once");
        }
        if (value != JsonToken.VALUE_STRING) {
          return refuse(
              ErrorCode.INVALID_REQUEST, "'model' must be a string; GET /v1/models lists them");
        }
        seen = true;
        model = parser.getText();
      } else if (name.equals("stream")) {
        if (!value.isBoolean() && value != JsonToken.VALUE_NULL) {
          return refuse(ErrorCode.INVALID_REQUEST, "'stream' must be true or false");
        }
        stream = value == JsonToken.VALUE_NULL ? streamsUnasked : value == JsonToken.VALUE_TRUE;
      } else if (value == JsonToken.VALUE_NUMBER_INT && ANSWER_TOKENS.contains(name)) {
        // What is beyond all measure is as good as the longest.
        answerTokens = Math.max(0, (long) Math.min(parser.getDoubleValue(), Integer.MAX_VALUE));
      } else {
        streamOptions |= name.equals("stream_options");
        if (beyondText.isEmpty() && !isPlain(name, value, parser)) {
          beyondText = Optional.of(name);
        }
        parser.skipChildren();
      }
    }
    if (parser.nextToken() != null) {
      return refuse(
          ErrorCode.INVALID_JSON,
          "the body goes on after its JSON object" + at(parser.currentTokenLocation()));
    }
    if (model.isEmpty()) {
      return refuse(
          ErrorCode.INVALID_REQUEST, "'model' is missing; name one that GET /v1/models lists");
    }
    return new Result(
        Optional.of(new BodyScan(model, stream, answerTokens, streamOptions, beyondText)),
        Optional.empty());
  }

  /** What is turned off, or says one where one is usual, asks for nothing. */
  private static boolean isPlain(String name, JsonToken value, JsonParser parser)
      throws IOException {
    return value == JsonToken.VALUE_NULL
        || value == JsonToken.VALUE_FALSE
        || PlainFields.contains(name)
        || (PlainFields.mayBeOne(name)
            && value == JsonToken.VALUE_NUMBER_INT
            && parser.getText().equals("1"));
  }

  static JsonParser parser(ByteBuf body) throws IOException {
    if (body.hasArray()) {
      return FACTORY.createParser(
          body.array(), body.arrayOffset() + body.readerIndex(), body.readableBytes());
    }
    return FACTORY.createParser(
        (java.io.InputStream) new ByteBufInputStream(body.duplicate(), body.readableBytes()));
  }

  private static String at(JsonLocation location) {
    return location == null
        ? ""
        : " at line %d, column %d (byte %d)"
            .formatted(location.getLineNr(), location.getColumnNr(), location.getByteOffset());
  }

  private static Result refuse(ErrorCode code, String message) {
    return new Result(Optional.empty(), Optional.of(Refused.of(code, message)));
  }
}
