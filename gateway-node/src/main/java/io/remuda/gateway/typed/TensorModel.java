package io.remuda.gateway.typed;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Descriptors.FieldDescriptor;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import java.util.Optional;

/** A typed model as the Open Inference Protocol describes one: its fields are named tensors. */
public final class TensorModel {

  /** What the protocol calls the platform of all typed models. */
  private static final String PLATFORM = "remuda_protobuf";

  private TensorModel() {}

  /** The model's metadata. */
  public static ObjectNode describe(String name, TypedModel model) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("name", name);
    json.put("platform", PLATFORM);
    tensors(json.putArray("inputs"), model, model.input());
    tensors(json.putArray("outputs"), model, model.output());
    return json;
  }

  private static void tensors(ArrayNode tensors, TypedModel model, MessageType type) {
    for (MessageShape.Written each : model.shapes().of(type.descriptor()).written()) {
      FieldDescriptor field = each.field();
      ObjectNode tensor = tensors.addObject();
      tensor.put("name", field.getName());
      tensor.put("datatype", TensorType.of(field).name());
      tensor.putArray("shape").add(TensorType.isList(field) ? -1 : 1);
    }
  }

  /** Why a model has no tensors: its messages are values of another kind than objects of fields. */
  public static Optional<Refused> objection(String name, TypedModel model) {
    boolean plain = isPlain(model, model.input()) && isPlain(model, model.output());
    return plain
        ? Optional.empty()
        : Optional.of(
            Refused.of(
                ErrorCode.NOT_SUPPORTED,
                "the messages of '"
                    + name
                    + "' have no fields that could be tensors; use POST /v1/models/"
                    + name
                    + "/predict"));
  }

  private static boolean isPlain(TypedModel model, MessageType type) {
    return model.shapes().of(type.descriptor()).form() == MessageShape.Form.PLAIN;
  }
}
