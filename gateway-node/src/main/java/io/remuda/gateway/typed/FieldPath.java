package io.remuda.gateway.typed;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Where in a message a reader stands. Entering and leaving cost an array access each; text is made
 * only when something is wrong there. Not thread-safe.
 */
final class FieldPath {

  private static final int SHOWN_NAME = 60;
  private static final int SHOWN_SENTENCE = 200;
  private static final int SHOWN_STEPS = 24;
  private static final int KEY = -2;
  private static final int NAME = -1;

  private @Nullable String[] names = new String[16];
  private int[] indexes = new int[16];
  private int size;

  void field(String name) {
    push(name, NAME);
  }

  void key(String key) {
    push(key, KEY);
  }

  void index(int index) {
    push("", index);
  }

  void leave() {
    size--;
  }

  private void push(String name, int index) {
    if (size == names.length) {
      names = Arrays.copyOf(names, 2 * size);
      indexes = Arrays.copyOf(indexes, 2 * size);
    }
    names[size] = name;
    indexes[size] = index;
    size++;
  }

  /** The path as clients write it; a very long one is cut. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (int at = 0; at < Math.min(size, SHOWN_STEPS); at++) {
      switch (indexes[at]) {
        case NAME -> text.append(text.isEmpty() ? "" : ".").append(shown(names[at]));
        case KEY -> text.append("[\"").append(shown(names[at])).append("\"]");
        default -> text.append('[').append(indexes[at]).append(']');
      }
    }
    return size > SHOWN_STEPS ? text + "..." : text.toString();
  }

  /** What a client sent, made fit to be shown. */
  static String shown(@Nullable String name) {
    return cut(name, SHOWN_NAME).replaceAll("[\\p{Cntrl}\"']", "?");
  }

  /** What a library says of a client's value, which it may quote. */
  static String sentence(@Nullable String text) {
    return cut(text, SHOWN_SENTENCE).replaceAll("\\p{Cntrl}", "?");
  }

  private static String cut(@Nullable String text, int length) {
    String whole = String.valueOf(text);
    return whole.length() > length ? whole.substring(0, length) + "..." : whole;
  }
}
