package io.remuda.gateway.batches;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.remuda.protocol.proto.batch.BatchProblem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;

/**
 * One line of a batch's input: {@code {"custom_id", "method", "url", "body"}}.
 *
 * @param number from 1
 * @param body the request's bytes as they stand in the line, an object
 */
public record BatchLine(int number, String customId, String method, String url, byte[] body) {

  private static final int DEPTH = 100;
  private static final int LONGEST_ID = 512;
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(DEPTH).build())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          // Guessed to be UTF-16, a line would be read, but without the places of its bytes.
          .disable(JsonFactory.Feature.CHARSET_DETECTION)
          .build();
  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

  /** A line that is none. */
  static final class Bad extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient BatchProblem problem;

    Bad(int number, String code, String message, String param) {
      super(message, null, false, false);
      this.problem =
          BatchProblem.newBuilder()
              .setLine(number)
              .setCode(code)
              .setMessage(message)
              .setParam(param)
              .build();
    }

    BatchProblem problem() {
      return problem;
    }
  }

  /** Reads a line of UTF-8; throws {@link Bad}, and nothing else, with what is wrong. */
  static BatchLine parse(RawLine line) throws Bad {
    try {
      return read(line.number(), unmarked(line.bytes()));
    } catch (RuntimeException e) {
      // No line may end more than itself, whatever its parser makes of it.
      throw new Bad(
          line.number(), "invalid_json_line", "the line cannot be read; write it as UTF-8", "");
    }
  }

  private static byte[] unmarked(byte[] bytes) {
    int length = BYTE_ORDER_MARK.length;
    return bytes.length >= length && Arrays.equals(bytes, 0, length, BYTE_ORDER_MARK, 0, length)
        ? Arrays.copyOfRange(bytes, length, bytes.length)
        : bytes;
  }

  private static BatchLine read(int number, byte[] bytes) throws Bad {
    String customId = null;
    String method = null;
    String url = null;
    byte[] body = null;
    try (JsonParser parser = JSON.createParser(bytes)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new Bad(number, "invalid_json_line", "the line is not a JSON object", "");
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        JsonToken value = parser.nextToken();
        int start = (int) parser.currentTokenLocation().getByteOffset();
        switch (name) {
          case "custom_id" -> customId = text(number, parser, name);
          case "method" -> method = text(number, parser, name);
          case "url" -> url = text(number, parser, name);
          case "body" -> {
            if (value != JsonToken.START_OBJECT) {
              throw new Bad(number, "invalid_type", "'body' is the request, an object", "body");
            }
            parser.skipChildren();
            body = Arrays.copyOfRange(bytes, start, (int) parser.currentLocation().getByteOffset());
          }
          default -> parser.skipChildren();
        }
      }
      if (parser.nextToken() != null) {
        throw new Bad(number, "invalid_json_line", "the line holds more than one JSON object", "");
      }
    } catch (JsonProcessingException e) {
      throw new Bad(
          number,
          "invalid_json_line",
          "the line is not JSON: " + firstLine(e.getOriginalMessage()),
          "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (customId == null || customId.isEmpty()) {
      throw missing(number, "custom_id");
    }
    if (customId.length() > LONGEST_ID) {
      throw new Bad(
          number,
          "invalid_custom_id",
          "'custom_id' has more than " + LONGEST_ID + " characters",
          "custom_id");
    }
    if (method == null) {
      throw missing(number, "method");
    }
    if (!method.equals("POST")) {
      throw new Bad(number, "invalid_method", "'method' is POST", "method");
    }
    if (url == null) {
      throw missing(number, "url");
    }
    if (body == null) {
      throw missing(number, "body");
    }
    return new BatchLine(number, customId, method, url, body);
  }

  private static Bad missing(int number, String field) {
    return new Bad(number, "missing_required_parameter", "the line lacks '" + field + "'", field);
  }

  private static String text(int number, JsonParser parser, String field) throws IOException, Bad {
    if (parser.currentToken() != JsonToken.VALUE_STRING) {
      throw new Bad(number, "invalid_type", "'" + field + "' is a string", field);
    }
    return parser.getText();
  }

  private static String firstLine(String message) {
    int end = message.indexOf('\n');
    String line = end < 0 ? message : message.substring(0, end);
    return line.length() > 200 ? line.substring(0, 200) : line;
  }
}
