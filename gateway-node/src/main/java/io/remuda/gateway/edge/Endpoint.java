package io.remuda.gateway.edge;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The addresses that the byte path answers; every other one is relayed to the API. */
public enum Endpoint {
  CHAT("/v1/chat/completions", Dialect.OPENAI, End.DONE),
  COMPLETIONS("/v1/completions", Dialect.OPENAI, End.DONE),
  EMBEDDINGS("/v1/embeddings", Dialect.OPENAI, End.NONE),
  RESPONSES("/v1/responses", Dialect.OPENAI, End.RESPONSE_COMPLETED),
  MESSAGES("/v1/messages", Dialect.ANTHROPIC, End.MESSAGE_STOP),
  COUNT_TOKENS("/v1/messages/count_tokens", Dialect.ANTHROPIC, End.NONE),
  RERANK("/v1/rerank", Dialect.OPENAI, End.NONE),
  TOKENIZE("/tokenize", Dialect.OPENAI, End.NONE),
  DETOKENIZE("/detokenize", Dialect.OPENAI, End.NONE),
  OLLAMA_CHAT("/api/chat", Dialect.OLLAMA, End.DONE_LINE),
  OLLAMA_GENERATE("/api/generate", Dialect.OLLAMA, End.DONE_LINE),
  OLLAMA_EMBED("/api/embed", Dialect.OLLAMA, End.NONE),
  OLLAMA_EMBEDDINGS("/api/embeddings", Dialect.OLLAMA, End.NONE),
  /** Of typed models; clients name the model in the address, see {@link #modelIn}. */
  PREDICT("/predict", Dialect.OPENAI, End.DONE),
  /** Of typed models too, in the Open Inference Protocol: KServe's version 2. */
  INFER("/v2/models/{model}/infer", Dialect.TENSORS, End.NONE);

  /** Whose shapes of errors and events the clients of an address read. */
  public enum Dialect {
    OPENAI,
    ANTHROPIC,
    /** Its streams are lines of JSON, in which nothing else can stand. */
    OLLAMA,
    /** The Open Inference Protocol, which has no streams. */
    TENSORS;

    /** Whether an error is a sentence alone. */
    boolean saysErrorsInOneWord() {
      return this == OLLAMA || this == TENSORS;
    }

    /** The head of a stream, without what is this answer's alone. */
    List<Map.Entry<String, String>> streamHeaders() {
      return isInLines() ? ClientAnswer.LINE_HEADERS : ClientAnswer.STREAM_HEADERS;
    }

    /** Whether an engine's answer of that type is a stream, whose events come as they are made. */
    boolean isStream(String contentType) {
      return contentType.startsWith(isInLines() ? "application/x-ndjson" : "text/event-stream");
    }

    /** Whether each event is a line, and not a server-sent event. */
    boolean isInLines() {
      return this == OLLAMA;
    }
  }

  /** How a stream of an address shows that it is complete. */
  public enum End {
    /** It has no streams of its own; whatever the engine sends is passed on. */
    NONE,
    /** {@code data: [DONE]}. */
    DONE,
    /** The event {@code response.completed}, or one of its unhappy relatives. */
    RESPONSE_COMPLETED,
    /** The event {@code message_stop}. */
    MESSAGE_STOP,
    /** A line with {@code "done":true}. */
    DONE_LINE
  }

  private static final Endpoint[] ALL = values();
  private static final String V2 = "/v2/models/";

  private final String path;
  private final Dialect dialect;
  private final End end;

  Endpoint(String path, Dialect dialect, End end) {
    this.path = path;
    this.dialect = dialect;
    this.end = end;
  }

  public String path() {
    return path;
  }

  public Dialect dialect() {
    return dialect;
  }

  public End end() {
    return end;
  }

  /** Whether its models work with tokens, and count them. */
  boolean takesTokens() {
    return switch (this) {
      case CHAT,
          COMPLETIONS,
          EMBEDDINGS,
          RESPONSES,
          MESSAGES,
          RERANK,
          OLLAMA_CHAT,
          OLLAMA_GENERATE,
          OLLAMA_EMBED,
          OLLAMA_EMBEDDINGS ->
          true;
      case COUNT_TOKENS, TOKENIZE, DETOKENIZE, PREDICT, INFER -> false;
    };
  }

  /** Whether its answers are tokens too. */
  boolean writesTokens() {
    return takesTokens() && this != RERANK && !path.contains("embed");
  }

  /** Whether its requests name their model in the address, see {@link #modelIn}. */
  public boolean isTyped() {
    return this == PREDICT || this == INFER;
  }

  /** The one of a canonical path in which {@link #modelIn} finds a model. */
  static Endpoint typed(String canonical) {
    return canonical.startsWith(V2) ? INFER : PREDICT;
  }

  /** Whether a client that does not say gets a stream. */
  boolean streamsUnasked() {
    return end == End.DONE_LINE;
  }

  /**
   * The model that an address of a typed endpoint names: {@code /predict/{model}}, {@code
   * /v1/models/{model}/predict} or {@code /v2/models/{model}/infer}. Empty for every other
   * canonical path.
   */
  public static Optional<String> modelIn(String canonical) {
    Optional<String> model =
        between(canonical, "/predict/", "")
            .or(() -> between(canonical, "/v1/models/", "/predict"))
            .or(() -> between(canonical, V2, "/infer"));
    return model.filter(name -> !name.isEmpty() && name.indexOf('/') < 0);
  }

  private static Optional<String> between(String path, String before, String after) {
    return path.startsWith(before)
            && path.endsWith(after)
            && path.length() >= before.length() + after.length()
        ? Optional.of(path.substring(before.length(), path.length() - after.length()))
        : Optional.empty();
  }

  /** The endpoint of a canonical path; see {@link Paths#canonical}. */
  public static Optional<Endpoint> of(String canonical) {
    for (Endpoint endpoint : ALL) {
      if (endpoint != INFER && endpoint.path.equals(canonical)) {
        return Optional.of(endpoint);
      }
    }
    return Optional.empty();
  }
}
