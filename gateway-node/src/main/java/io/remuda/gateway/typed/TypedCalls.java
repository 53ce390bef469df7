package io.remuda.gateway.typed;

import io.remuda.gateway.edge.Endpoint;
import io.remuda.gateway.edge.Translation;
import io.remuda.gateway.edge.Translations;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Synchronous calls of typed models: what the client sends and wants, by its two headers. */
public final class TypedCalls implements Translations {

  private final SchemaCache schemas;

  public TypedCalls(SchemaCache schemas) {
    this.schemas = schemas;
  }

  @Override
  public Found of(Endpoint endpoint, List<Map.Entry<String, String>> headers) {
    String contentType = value(headers, "content-type");
    Optional<MediaTypes.Form> sent = MediaTypes.ofContent(contentType);
    if (endpoint == Endpoint.INFER) {
      return sent.equals(Optional.of(MediaTypes.Form.JSON))
          ? Found.of(new TensorCall(schemas))
          : Found.refused(MediaTypes.noTensors(contentType));
    }
    if (sent.isEmpty()) {
      return Found.refused(MediaTypes.notTaken(contentType));
    }
    String accept = value(headers, "accept");
    return MediaTypes.ofAnswer(accept, sent.get())
        .map(wanted -> Found.of((Translation) new TypedCall(schemas, sent.get(), wanted)))
        .orElseGet(() -> Found.refused(MediaTypes.notGiven(accept)));
  }

  private static String value(List<Map.Entry<String, String>> headers, String name) {
    return headers.stream()
        .filter(header -> header.getKey().equals(name))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse("");
  }
}
