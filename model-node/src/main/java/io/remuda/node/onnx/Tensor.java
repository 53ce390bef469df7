package io.remuda.node.onnx;

import io.remuda.node.sdk.BadInput;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * One input or output of a model, as its file declares it.
 *
 * @param shape sizes of its dimensions; negative for one that the caller chooses
 */
record Tensor(String name, Element element, List<Long> shape) {

  Tensor {
    shape = List.copyOf(shape);
  }

  /** Whether its shape is not fixed by the file. */
  boolean isOpen() {
    return openDimensions() > 0;
  }

  private long openDimensions() {
    return shape.stream().filter(size -> size < 0).count();
  }

  /**
   * The shape of {@code count} values in row-major order. With one open dimension it follows from
   * their number, with more it has to be given.
   *
   * @param given by the caller; empty when it gave none
   * @throws BadInput with the shape that is expected
   */
  long[] shapeOf(int count, List<Long> given) {
    long[] found = given.isEmpty() ? inferred(count) : checked(given);
    if (product(found) != count) {
      throw wrong(count, "has the shape " + Arrays.toString(found));
    }
    return found;
  }

  private long[] inferred(int count) {
    if (openDimensions() > 1) {
      throw wrong(count, "has several open dimensions: say its shape beside its values");
    }
    long fixed = product(shape.stream().mapToLong(size -> size < 0 ? 1 : size).toArray());
    if (isOpen() && (count == 0 || fixed == 0 || count % fixed != 0)) {
      throw wrong(count, "takes a multiple of " + fixed);
    }
    return shape.stream().mapToLong(size -> size < 0 ? count / fixed : size).toArray();
  }

  private long[] checked(List<Long> given) {
    boolean fits = given.size() == shape.size();
    for (int at = 0; fits && at < shape.size(); at++) {
      fits = given.get(at) > 0 && (shape.get(at) < 0 || shape.get(at).equals(given.get(at)));
    }
    if (!fits) {
      throw new BadInput(
          "the shape " + given + " does not fit " + this + "; a ? stands for any size above 0");
    }
    return given.stream().mapToLong(Long::longValue).toArray();
  }

  private static long product(long[] sizes) {
    try {
      long product = 1;
      for (long size : sizes) {
        product = Math.multiplyExact(product, size);
      }
      return product;
    } catch (ArithmeticException e) {
      throw new BadInput("the shape " + Arrays.toString(sizes) + " is of more values than exist");
    }
  }

  private BadInput wrong(int count, String why) {
    return new BadInput(this + " was given " + count + " values, but " + why);
  }

  /** For people: {@code x: float[?, 4]}. */
  @Override
  public String toString() {
    return name
        + ": "
        + element.word()
        + shape.stream()
            .map(size -> size < 0 ? "?" : size.toString())
            .collect(Collectors.joining(", ", "[", "]"));
  }
}
