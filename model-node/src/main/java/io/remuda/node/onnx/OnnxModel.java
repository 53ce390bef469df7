package io.remuda.node.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtException.OrtErrorCode;
import ai.onnxruntime.OrtSession;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import io.remuda.node.onnx.TensorMessage.Fields;
import io.remuda.node.sdk.BadInput;
import io.remuda.node.sdk.Model;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Runs an ONNX file: tensors out of a message, tensors into a message. For many threads. */
public final class OnnxModel implements Model<Message, Message> {

  private final OrtEnvironment runtime;
  private final OrtSession session;
  private final TensorMessage input;
  private final TensorMessage output;

  OnnxModel(OrtEnvironment runtime, OrtSession session, TensorMessage input, TensorMessage output) {
    this.runtime = runtime;
    this.session = session;
    this.input = input;
    this.output = output;
  }

  @Override
  public Message predict(Message message) throws OrtException {
    Map<String, OnnxTensor> tensors = new LinkedHashMap<>();
    try {
      for (Fields fields : input.fields()) {
        tensors.put(fields.tensor().name(), tensor(fields, message));
      }
      try (OrtSession.Result result = session.run(tensors)) {
        return answer(result);
      }
    } catch (OrtException e) {
      if (e.getCode() == OrtErrorCode.ORT_INVALID_ARGUMENT) {
        throw new BadInput("the model does not take these tensors: " + e.getMessage());
      }
      throw e;
    } finally {
      tensors.values().forEach(OnnxTensor::close);
    }
  }

  private OnnxTensor tensor(Fields fields, Message message) throws OrtException {
    List<?> values = (List<?>) message.getField(fields.values());
    List<Long> given =
        fields
            .shape()
            .map(shape -> ((List<?>) message.getField(shape)).stream().map(Long.class::cast))
            .map(sizes -> sizes.toList())
            .orElse(List.of());
    long[] shape = fields.tensor().shapeOf(values.size(), given);
    return Values.toTensor(runtime, fields.tensor(), values, shape);
  }

  private Message answer(OrtSession.Result result) throws OrtException {
    DynamicMessage.Builder answer = DynamicMessage.newBuilder(output.type());
    for (Fields fields : output.fields()) {
      Tensor tensor = fields.tensor();
      Optional<OnnxTensor> found =
          result
              .get(tensor.name())
              .filter(OnnxTensor.class::isInstance)
              .map(OnnxTensor.class::cast);
      if (found.isEmpty()) {
        throw new IllegalStateException("the model gave no tensor " + tensor);
      }
      answer.setField(fields.values(), Values.of(found.get(), tensor.element()));
      if (fields.shape().isPresent()) {
        for (long size : found.get().getInfo().getShape()) {
          answer.addRepeatedField(fields.shape().get(), size);
        }
      }
    }
    return answer.build();
  }

  @Override
  public void close() throws OrtException {
    session.close();
  }
}
