package io.remuda.node.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.remuda.node.sdk.BadInput;
import java.util.List;
import org.junit.jupiter.api.Test;

class TensorTest {
  private static final Tensor FIXED = new Tensor("x", Element.FLOAT, List.of(2L, 3L));
  private static final Tensor ROWS = new Tensor("x", Element.FLOAT, List.of(-1L, 4L));
  private static final Tensor OPEN = new Tensor("x", Element.INT64, List.of(-1L, -1L));
  private static final Tensor SCALAR = new Tensor("x", Element.BOOL, List.of());

  @Test
  void aFixedShapeWantsExactlyItsValues() {
    assertThat(FIXED.shapeOf(6, List.of())).containsExactly(2, 3);
    assertThat(SCALAR.shapeOf(1, List.of())).isEmpty();

    assertThatThrownBy(() -> FIXED.shapeOf(5, List.of()))
        .isInstanceOf(BadInput.class)
        .hasMessage("x: float[2, 3] was given 5 values, but has the shape [2, 3]");
    assertThatThrownBy(() -> SCALAR.shapeOf(0, List.of())).isInstanceOf(BadInput.class);
  }

  @Test
  void oneOpenDimensionFollowsFromTheNumberOfValues() {
    assertThat(ROWS.shapeOf(12, List.of())).containsExactly(3, 4);

    assertThatThrownBy(() -> ROWS.shapeOf(5, List.of()))
        .hasMessage("x: float[?, 4] was given 5 values, but takes a multiple of 4");
    assertThatThrownBy(() -> ROWS.shapeOf(0, List.of())).isInstanceOf(BadInput.class);
  }

  @Test
  void severalOpenDimensionsHaveToBeGiven() {
    assertThat(OPEN.shapeOf(6, List.of(3L, 2L))).containsExactly(3, 2);

    assertThatThrownBy(() -> OPEN.shapeOf(6, List.of()))
        .hasMessageContaining("say its shape beside its values");
    assertThatThrownBy(() -> OPEN.shapeOf(6, List.of(3L, 3L)))
        .hasMessageContaining("has the shape [3, 3]");
  }

  @Test
  void aGivenShapeHasToFitTheFilesAndToBePossible() {
    assertThat(ROWS.shapeOf(8, List.of(2L, 4L))).containsExactly(2, 4);

    assertThatThrownBy(() -> ROWS.shapeOf(8, List.of(4L, 2L)))
        .hasMessage(
            "the shape [4, 2] does not fit x: float[?, 4]; a ? stands for any size above 0");
    assertThatThrownBy(() -> OPEN.shapeOf(0, List.of(0L, 5L))).hasMessageContaining("above 0");
    assertThatThrownBy(() -> OPEN.shapeOf(0, List.of(1L << 40, 1L << 40)))
        .hasMessageContaining("more values than exist");
  }
}
