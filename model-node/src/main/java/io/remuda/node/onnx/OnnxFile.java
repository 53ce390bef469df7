package io.remuda.node.onnx;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import com.google.protobuf.Descriptors.Descriptor;
import io.remuda.node.gguf.BadModelFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/** An ONNX file in the runtime, with the messages that its inputs and outputs make. */
public final class OnnxFile {

  private final OrtEnvironment runtime;
  private final OrtSession session;
  private final TensorMessage input;
  private final TensorMessage output;

  private OnnxFile(
      OrtEnvironment runtime, OrtSession session, TensorMessage input, TensorMessage output) {
    this.runtime = runtime;
    this.session = session;
    this.input = input;
    this.output = output;
  }

  /**
   * Loads {@code file} with its weights. Blocks, for as long as that takes.
   *
   * @throws BadModelFile when the runtime does not take it, or it wants what is not served
   * @throws LinkageError when the runtime is not there or not for this machine
   */
  public static OnnxFile open(Path file) throws BadModelFile {
    try {
      OrtEnvironment runtime = OrtEnvironment.getEnvironment();
      try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
        // Threads of an idle model must not burn the processors of its neighbours.
        options.addConfigEntry("session.intra_op.allow_spinning", "0");
        OrtSession session = runtime.createSession(file.toString(), options);
        return new OnnxFile(
            runtime,
            session,
            TensorMessage.of("Input", tensors("input", session.getInputInfo().values())),
            TensorMessage.of("Output", tensors("output", session.getOutputInfo().values())));
      }
    } catch (OrtException e) {
      throw new BadModelFile("the ONNX runtime does not take it: " + e.getMessage());
    }
  }

  private static List<Tensor> tensors(String side, Collection<NodeInfo> nodes) throws BadModelFile {
    List<Tensor> tensors = new ArrayList<>();
    for (NodeInfo node : nodes) {
      if (!(node.getInfo() instanceof TensorInfo info)) {
        throw new BadModelFile(
            "its "
                + side
                + " "
                + node.getName()
                + " is no tensor; export it with tensors only (scikit-learn: zipmap=False)");
      }
      tensors.add(
          new Tensor(
              node.getName(),
              element(side, node.getName(), info),
              Arrays.stream(info.getShape()).boxed().toList()));
    }
    return tensors;
  }

  private static Element element(String side, String name, TensorInfo info) throws BadModelFile {
    return switch (info.onnxType) {
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT -> Element.FLOAT;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE -> Element.DOUBLE;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT8 -> Element.INT8;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT16 -> Element.INT16;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32 -> Element.INT32;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64 -> Element.INT64;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8 -> Element.UINT8;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_BOOL -> Element.BOOL;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_STRING -> Element.STRING;
      default ->
          throw new BadModelFile(
              "its "
                  + side
                  + " "
                  + name
                  + " is of the type "
                  + info.onnxType.name().replaceFirst("^.*DATA_TYPE_", "")
                  + ", which is not served; export the model with float or whole numbers at its"
                  + " edges");
    };
  }

  public Descriptor inputType() {
    return input.type();
  }

  public Descriptor outputType() {
    return output.type();
  }

  /** The model, which closes this file when it is closed. */
  public OnnxModel model() {
    return new OnnxModel(runtime, session, input, output);
  }
}
