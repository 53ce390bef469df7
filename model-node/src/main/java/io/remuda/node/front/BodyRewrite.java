package io.remuda.node.front;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufInputStream;
import io.netty.buffer.ByteBufOutputStream;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;

/** Puts the name by which an engine knows its model into a request, for engines that insist. */
final class BodyRewrite {

  private static final JsonFactory FACTORY = new JsonFactory();

  private BodyRewrite() {}

  /** A copy of the JSON object in {@code body} whose top-level {@code model} is {@code name}. */
  static ByteBuf model(ByteBuf body, String name) {
    ByteBuf copy = Unpooled.buffer(body.readableBytes() + name.length());
    try (JsonParser parser =
            FACTORY.createParser((InputStream) new ByteBufInputStream(body.duplicate()));
        JsonGenerator json =
            FACTORY.createGenerator((OutputStream) new ByteBufOutputStream(copy))) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new IOException("not a JSON object");
      }
      json.writeStartObject();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String field = parser.currentName();
        parser.nextToken();
        json.writeFieldName(field);
        if (field.equals("model")) {
          json.writeString(name);
          parser.skipChildren();
        } else {
          json.copyCurrentStructureExact(parser);
        }
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("the gateway has let a body pass that is no JSON object", e);
    }
    return copy;
  }
}
