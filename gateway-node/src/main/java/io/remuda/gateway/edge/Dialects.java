package io.remuda.gateway.edge;

import io.remuda.gateway.dialect.AnswerKind;
import io.remuda.gateway.dialect.MessagesTranslator;
import io.remuda.gateway.dialect.OllamaChatTranslator;
import io.remuda.gateway.dialect.OllamaEmbedTranslator;
import io.remuda.gateway.dialect.OllamaEmbeddingsTranslator;
import io.remuda.gateway.dialect.OllamaGenerateTranslator;
import io.remuda.gateway.dialect.ResponsesTranslator;
import io.remuda.gateway.dialect.TokenCountTranslator;
import io.remuda.gateway.dialect.Translator;
import java.util.Optional;
import java.util.Set;

/** Which requests go to an engine as they came, and which are said in other words first. */
final class Dialects {

  private static final Translator MESSAGES = new MessagesTranslator();
  private static final Translator RESPONSES = new ResponsesTranslator();
  private static final Translator TOKEN_COUNT = new TokenCountTranslator();
  private static final Translator OLLAMA_CHAT = new OllamaChatTranslator();
  private static final Translator OLLAMA_GENERATE = new OllamaGenerateTranslator();
  private static final Translator OLLAMA_EMBED = new OllamaEmbedTranslator();
  private static final Translator OLLAMA_EMBEDDINGS = new OllamaEmbeddingsTranslator();

  private Dialects() {}

  /** How a request of {@code endpoint} is put to engines that do not answer there. */
  static Optional<Translator> translator(Endpoint endpoint) {
    return switch (endpoint) {
      case MESSAGES -> Optional.of(MESSAGES);
      case COUNT_TOKENS -> Optional.of(TOKEN_COUNT);
      case RESPONSES -> Optional.of(RESPONSES);
      case OLLAMA_CHAT -> Optional.of(OLLAMA_CHAT);
      case OLLAMA_GENERATE -> Optional.of(OLLAMA_GENERATE);
      case OLLAMA_EMBED -> Optional.of(OLLAMA_EMBED);
      case OLLAMA_EMBEDDINGS -> Optional.of(OLLAMA_EMBEDDINGS);
      case CHAT, COMPLETIONS, EMBEDDINGS, RERANK, TOKENIZE, DETOKENIZE, PREDICT, INFER ->
          Optional.empty();
    };
  }

  /**
   * What is made strict of what engines that are not clean answer at {@code endpoint} themselves.
   */
  static Optional<AnswerKind> mended(Endpoint endpoint) {
    return switch (endpoint) {
      case CHAT -> Optional.of(AnswerKind.CHAT);
      case COMPLETIONS -> Optional.of(AnswerKind.COMPLETION);
      case EMBEDDINGS,
          RESPONSES,
          MESSAGES,
          COUNT_TOKENS,
          RERANK,
          TOKENIZE,
          DETOKENIZE,
          OLLAMA_CHAT,
          OLLAMA_GENERATE,
          OLLAMA_EMBED,
          OLLAMA_EMBEDDINGS,
          PREDICT,
          INFER ->
          Optional.empty();
    };
  }

  /**
   * Whether an engine answers {@code endpoint} itself.
   *
   * @param offered the paths that it answers; none: nobody has said, and it is tried, but not with
   *     what is Ollama's alone
   */
  static boolean isNative(Endpoint endpoint, Set<String> offered) {
    return (offered.isEmpty() && endpoint.dialect() != Endpoint.Dialect.OLLAMA)
        || offered.contains(endpoint.path())
        // For instances it is the same call.
        || (endpoint == Endpoint.INFER && offered.contains(Endpoint.PREDICT.path()))
        // Engines that have Anthropic's messages count their tokens too.
        || (endpoint == Endpoint.COUNT_TOKENS && offered.contains(Endpoint.MESSAGES.path()));
  }
}
