package io.remuda.node.jvm;

import io.remuda.protocol.ErrorCode;

/** A request that a model in the JVM cannot answer; becomes an error of OpenAI's shape. */
final class BadCall extends Exception {
  private static final long serialVersionUID = 1L;

  private final ErrorCode code;

  BadCall(ErrorCode code, String sentence) {
    super(sentence);
    this.code = code;
  }

  ErrorCode code() {
    return code;
  }

  String sentence() {
    return String.valueOf(getMessage());
  }
}
