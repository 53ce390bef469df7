package io.remuda.node.sdk.host;

/** Why a jar cannot be served: a sentence for its author, the last thing that the host says. */
final class Unusable extends Exception {
  private static final long serialVersionUID = 1L;

  Unusable(String sentence) {
    super(sentence);
  }

  String sentence() {
    return String.valueOf(getMessage());
  }
}
