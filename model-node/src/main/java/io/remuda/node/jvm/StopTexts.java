package io.remuda.node.jvm;

import java.util.List;

/** The texts at which an answer ends; neither they nor a part of them is ever handed out. */
record StopTexts(List<String> texts) {
  StopTexts {
    texts = List.copyOf(texts);
  }

  /** Where the first of them begins in {@code text}; -1 when none is in it. */
  int firstIn(CharSequence text) {
    String whole = text.toString();
    return texts.stream().mapToInt(whole::indexOf).filter(at -> at >= 0).min().orElse(-1);
  }

  /** How many characters at the end of {@code text} may become one of them. */
  int begunAtEndOf(CharSequence text) {
    String whole = text.toString();
    int longest = 0;
    for (String stop : texts) {
      for (int length = Math.min(stop.length() - 1, whole.length()); length > longest; length--) {
        if (whole.endsWith(stop.substring(0, length))) {
          longest = length;
        }
      }
    }
    return longest;
  }
}
