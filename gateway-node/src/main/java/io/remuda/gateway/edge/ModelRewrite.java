package io.remuda.gateway.edge;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A request's body with another name in its {@code model} field. All else of it stays as it came,
 * byte by byte; nothing is copied but the name.
 */
final class ModelRewrite {

  private ModelRewrite() {}

  /** A body, or the reason why there is none. */
  record Result(Optional<ByteBuf> body, Optional<Refused> refused) {}

  /**
   * Reads {@code body}, which {@link BodyScan} has found to be good, and leaves its indices alone.
   * The new one holds on to it until it is released.
   *
   * @param name a model's, which needs no quoting
   */
  static Result of(ByteBuf body, String name) {
    try (JsonParser parser = BodyScan.parser(body)) {
      return rewritten(parser, body, name);
    } catch (IOException e) {
      return notUtf8();
    }
  }

  private static Result rewritten(JsonParser parser, ByteBuf body, String name) throws IOException {
    parser.nextToken();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      boolean found = parser.currentName().equals("model");
      parser.nextToken();
      if (!found) {
        parser.skipChildren();
        continue;
      }
      int begin = (int) parser.currentTokenLocation().getByteOffset();
      // Only then has the parser read to the string's end.
      parser.getTextLength();
      int end = (int) parser.currentLocation().getByteOffset();
      int first = body.readerIndex();
      boolean quoted =
          begin >= 0
              && end - begin >= 2
              && end <= body.readableBytes()
              && body.getByte(first + begin) == '"'
              && body.getByte(first + end - 1) == '"';
      return quoted
          ? new Result(Optional.of(with(body, begin, end, name)), Optional.empty())
          : notUtf8();
    }
    return notUtf8();
  }

  private static ByteBuf with(ByteBuf body, int begin, int end, String name) {
    int first = body.readerIndex();
    return Unpooled.wrappedBuffer(
        body.retainedSlice(first, begin),
        Unpooled.copiedBuffer('"' + name + '"', StandardCharsets.US_ASCII),
        body.retainedSlice(first + end, body.readableBytes() - end));
  }

  /** Of other encodings the parser does not tell where in the bytes it is. */
  private static Result notUtf8() {
    return new Result(
        Optional.empty(),
        Optional.of(
            Refused.of(ErrorCode.INVALID_JSON, "the body is not JSON in UTF-8; send it as UTF-8")));
  }
}
