package io.remuda.gateway.typed;

import com.google.protobuf.ByteString;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.remuda.gateway.edge.Endpoint;
import io.remuda.gateway.edge.Translation;
import io.remuda.gateway.routing.ModelEntry;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.bytes.InferencePort;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One synchronous call: instances get protobuf whatever the client sends, and answer in it. */
final class TypedCall implements Translation {

  private final SchemaCache schemas;
  private final MediaTypes.Form sent;
  private final MediaTypes.Form wanted;
  private @Nullable TypedModel model;

  TypedCall(SchemaCache schemas, MediaTypes.Form sent, MediaTypes.Form wanted) {
    this.schemas = schemas;
    this.sent = sent;
    this.wanted = wanted;
  }

  @Override
  public boolean stream() {
    return wanted == MediaTypes.Form.EVENTS;
  }

  @Override
  public Translated request(ModelEntry entry, ByteBuf body) {
    Optional<TypedModel> typed = schemas.of(entry);
    if (typed.isEmpty()) {
      return new Translated.Bad(notTyped(entry), "");
    }
    model = typed.get();
    Decoded decoded = typed.get().toBinary(sent, ByteBufUtil.getBytes(body));
    if (decoded instanceof Decoded.Bad bad) {
      return new Translated.Bad(bad.refused(), bad.path());
    }
    ByteString binary = ((Decoded.Message) decoded).binary();
    return new Translated.Body(Unpooled.wrappedBuffer(binary.asReadOnlyByteBuffer()));
  }

  static Refused notTyped(ModelEntry entry) {
    return entry.listing().isEmpty()
        ? Refused.of(
            ErrorCode.MODEL_NOT_READY,
            "the schema of '" + entry.name() + "' has not reached this gateway yet; try again")
        : Refused.of(
            ErrorCode.NOT_SUPPORTED,
            "the model '"
                + entry.name()
                + "' is not typed: it has no message types; GET /v1/models shows those that have");
  }

  @Override
  public String path() {
    return Endpoint.PREDICT.path();
  }

  @Override
  public List<Map.Entry<String, String>> headers(List<Map.Entry<String, String>> passed) {
    return headers(
        passed,
        stream()
            ? MediaTypes.PROTOBUF_SEQUENCE + ", " + MediaTypes.PROTOBUF + ";q=0.5"
            : MediaTypes.PROTOBUF);
  }

  /** Those of a call in protobuf, whatever its client speaks. */
  static List<Map.Entry<String, String>> headers(
      List<Map.Entry<String, String>> passed, String accept) {
    List<Map.Entry<String, String>> headers = new ArrayList<>(passed.size() + 1);
    for (Map.Entry<String, String> header : passed) {
      if (!header.getKey().equals("content-type") && !header.getKey().equals("accept")) {
        headers.add(header);
      }
    }
    headers.add(Map.entry("content-type", MediaTypes.PROTOBUF));
    headers.add(Map.entry("accept", accept));
    return headers;
  }

  @Override
  public InferencePort answersOf(InferencePort port) {
    TypedModel typed = model;
    if (typed == null) {
      throw new IllegalStateException("an answer before a request");
    }
    return (request, sink) -> {
      TypedAnswer answer =
          new TypedAnswer(typed.output()::toJson, wanted, schemas.settings(), sink);
      return answer.of(port.call(request, answer));
    };
  }
}
