package io.remuda.node.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.FieldDescriptor;
import io.remuda.protocol.model.SchemaCodec;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class TensorMessageTest {

  private static Tensor tensor(String name, Element element, Long... shape) {
    return new Tensor(name, element, Arrays.asList(shape));
  }

  @Test
  void eachTensorIsAFieldAndAnOpenShapeOneMore() {
    TensorMessage message =
        TensorMessage.of(
            "Input",
            List.of(
                tensor("x", Element.FLOAT, -1L, 4L),
                tensor("mask", Element.BOOL, 2L),
                tensor("words", Element.STRING, -1L)));

    assertThat(message.type().getFullName()).isEqualTo("onnx.Input");
    assertThat(message.type().getFields())
        .allMatch(FieldDescriptor::isRepeated)
        .extracting(field -> field.getNumber() + " " + field.getName() + " " + field.getType())
        .containsExactly(
            "1 x FLOAT", "2 x_shape INT64", "3 mask BOOL", "4 words STRING", "5 words_shape INT64");
    assertThat(message.fields().get(0).shape()).map(FieldDescriptor::getName).contains("x_shape");
    assertThat(message.fields().get(1).shape()).isEmpty();
  }

  @Test
  void namesThatProtobufDoesNotAllowAreReplacedAndKeptInJson() {
    TensorMessage message =
        TensorMessage.of(
            "Output",
            List.of(
                tensor("a.b", Element.INT64, 1L),
                tensor("a_b", Element.INT64, 1L),
                tensor("/fc/Add:0", Element.FLOAT, 1L),
                tensor("7", Element.FLOAT, -1L),
                tensor("t7_shape", Element.FLOAT, 1L)));

    assertThat(message.type().getFields())
        .extracting(field -> field.getName() + " = " + field.getJsonName())
        .containsExactly(
            "a_b_2 = a.b",
            "a_b = a_b",
            "t_fc_Add_0 = /fc/Add:0",
            "t7 = 7",
            "t7_shape_2 = t7_shape_2",
            "t7_shape = t7_shape");
  }

  @Test
  void inputAndOutputMakeOneSchema() {
    TensorMessage in = TensorMessage.of("Input", List.of(tensor("x", Element.FLOAT, 2L)));
    TensorMessage out = TensorMessage.of("Output", List.of(tensor("x", Element.FLOAT, 2L)));

    assertThat(SchemaCodec.of(in.type(), out.type()).inputType()).isEqualTo("onnx.Input");
  }
}
