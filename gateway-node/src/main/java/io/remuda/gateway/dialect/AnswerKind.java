package io.remuda.gateway.dialect;

/** What an engine is asked for in OpenAI's words, and how its answers name themselves. */
public enum AnswerKind {
  CHAT("chat.completion", "chat.completion.chunk", "chatcmpl-"),
  COMPLETION("text_completion", "text_completion", "cmpl-");

  private final String whole;
  private final String chunk;
  private final String idPrefix;

  AnswerKind(String whole, String chunk, String idPrefix) {
    this.whole = whole;
    this.chunk = chunk;
    this.idPrefix = idPrefix;
  }

  /** The {@code object} of an answer in one piece. */
  String whole() {
    return whole;
  }

  /** The {@code object} of each chunk of a stream. */
  String chunk() {
    return chunk;
  }

  /** The id of an answer to which its engine gave none. */
  String idFor(CallFacts facts) {
    return idPrefix + facts.requestId();
  }
}
