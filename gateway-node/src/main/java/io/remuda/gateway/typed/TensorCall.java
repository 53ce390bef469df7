package io.remuda.gateway.typed;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.remuda.gateway.edge.Endpoint;
import io.remuda.gateway.edge.Translation;
import io.remuda.gateway.routing.ModelEntry;
import io.remuda.protocol.Refused;
import io.remuda.protocol.bytes.InferencePort;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One call in the Open Inference Protocol: tensors to the model's message, and its answer to
 * tensors. For its instances it is a call as any other.
 */
final class TensorCall implements Translation {

  /** What was asked of which model. */
  private record Asked(String name, TypedModel model, TensorRequest request) {}

  private final SchemaCache schemas;
  private @Nullable Asked asked;

  TensorCall(SchemaCache schemas) {
    this.schemas = schemas;
  }

  @Override
  public boolean stream() {
    return false;
  }

  @Override
  public Translated request(ModelEntry entry, ByteBuf body) {
    Optional<TypedModel> typed = schemas.of(entry);
    if (typed.isEmpty()) {
      return new Translated.Bad(TypedCall.notTyped(entry), "");
    }
    Optional<Refused> objection = TensorModel.objection(entry.name(), typed.get());
    if (objection.isPresent()) {
      return new Translated.Bad(objection.get(), "");
    }
    try {
      TensorRequest request = TensorRequest.read(ByteBufUtil.getBytes(body), typed.get());
      asked = new Asked(entry.name(), typed.get(), request);
      return new Translated.Body(
          Unpooled.wrappedBuffer(typed.get().input().fromJson(request.message())));
    } catch (BadMessage e) {
      return new Translated.Bad(e.refused(), e.path());
    }
  }

  @Override
  public String path() {
    return Endpoint.PREDICT.path();
  }

  @Override
  public List<Map.Entry<String, String>> headers(List<Map.Entry<String, String>> passed) {
    return TypedCall.headers(passed, MediaTypes.PROTOBUF);
  }

  @Override
  public InferencePort answersOf(InferencePort port) {
    Asked answered = asked;
    if (answered == null) {
      throw new IllegalStateException("an answer before a request");
    }
    return (request, sink) -> {
      TypedAnswer answer =
          new TypedAnswer(
              binary ->
                  TensorAnswer.of(answered.name(), answered.model(), answered.request(), binary),
              MediaTypes.Form.JSON,
              schemas.settings(),
              sink);
      return answer.of(port.call(request, answer));
    };
  }
}
