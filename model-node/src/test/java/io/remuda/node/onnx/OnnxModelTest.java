package io.remuda.node.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import io.remuda.node.gguf.BadModelFile;
import io.remuda.node.sdk.BadInput;
import io.remuda.protocol.testing.OnnxSample;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Files of a few hundred bytes in the real runtime. */
class OnnxModelTest {

  @TempDir Path folder;

  private static Message message(OnnxFile file, List<?> values, Long... shape) {
    FieldDescriptor field = file.inputType().getFields().get(0);
    DynamicMessage.Builder message = DynamicMessage.newBuilder(file.inputType());
    values.forEach(value -> message.addRepeatedField(field, value));
    for (Long size : shape) {
      message.addRepeatedField(file.inputType().getFields().get(1), size);
    }
    return message.build();
  }

  private static List<?> values(Message answer, String field) {
    return (List<?>) answer.getField(answer.getDescriptorForType().findFieldByName(field));
  }

  @Test
  void classifiesEachRowAndSaysTheShapeOfItsAnswer() throws Exception {
    OnnxFile file = OnnxFile.open(OnnxSample.classifier(folder.resolve("c.onnx")));
    try (OnnxModel model = file.model()) {
      Message answer = model.predict(message(file, List.of(1f, 0f, -1f, 3f, -2f, -2f)));

      assertThat(file.inputType().getFields().get(0).getJsonName()).isEqualTo("x.1");
      assertThat(values(answer, "label")).asList().containsExactly(0L, 1L, 2L);
      assertThat(values(answer, "scores"))
          .asList()
          .containsExactly(1f, 0f, -1f, -1f, 3f, -2f, -2f, -2f, 4f);
      assertThat(values(answer, "scores_shape")).asList().containsExactly(3L, 3L);
    }
  }

  static List<List<Object>> types() {
    return List.of(
        List.of(OnnxSample.FLOAT, List.of(1.5f, -2f)),
        List.of(OnnxSample.DOUBLE, List.of(1e300, -0.5)),
        List.of(OnnxSample.INT8, List.of(-128, 127)),
        List.of(OnnxSample.UINT8, List.of(0, 255)),
        List.of(OnnxSample.INT16, List.of(-32768, 32767)),
        List.of(OnnxSample.INT32, List.of(Integer.MIN_VALUE, 7)),
        List.of(OnnxSample.INT64, List.of(Long.MIN_VALUE, 7L)),
        List.of(OnnxSample.BOOL, List.of(true, false)),
        List.of(OnnxSample.STRING, List.of("a mare", "")));
  }

  @ParameterizedTest
  @MethodSource("types")
  void valuesOfEveryTypeComeBackAsTheyWent(List<Object> type) throws Exception {
    OnnxFile file =
        OnnxFile.open(OnnxSample.identity(folder.resolve("i.onnx"), (int) type.get(0), "n", "m"));
    try (OnnxModel model = file.model()) {
      Message answer = model.predict(message(file, (List<?>) type.get(1), 1L, 2L));

      assertThat(values(answer, "out")).isEqualTo(type.get(1));
      assertThat(values(answer, "out_shape")).asList().containsExactly(1L, 2L);
    }
  }

  @Test
  void refusesValuesThatAreTooFewOrTooLargeWithWhatIsExpected() throws Exception {
    OnnxFile file =
        OnnxFile.open(OnnxSample.identity(folder.resolve("i.onnx"), OnnxSample.INT8, 3));
    try (OnnxModel model = file.model()) {
      assertThatThrownBy(() -> model.predict(message(file, List.of(1, 2))))
          .isInstanceOf(BadInput.class)
          .hasMessageContaining("in: int8[3] was given 2 values");
      assertThatThrownBy(() -> model.predict(message(file, List.of(1, 2, 128))))
          .isInstanceOf(BadInput.class)
          .hasMessageContaining("from -128 to 127, and not 128");
    }
  }

  @Test
  void refusesAFileThatTheRuntimeDoesNotTakeOrThatIsNotServed() throws Exception {
    Path text = Files.writeString(folder.resolve("text.onnx"), "this is no model");
    Path half = OnnxSample.identity(folder.resolve("half.onnx"), OnnxSample.FLOAT16, 3);

    assertThatThrownBy(() -> OnnxFile.open(text))
        .isInstanceOf(BadModelFile.class)
        .hasMessageStartingWith("the ONNX runtime does not take it: ");
    assertThatThrownBy(() -> OnnxFile.open(half))
        .isInstanceOf(BadModelFile.class)
        .hasMessageContaining("its input in is of the type FLOAT16, which is not served");
  }
}
