package io.remuda.gateway.edge;

import io.remuda.gateway.dialect.MessagesTranslator;
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

  private Dialects() {}

  /** How a request of {@code endpoint} is put to engines that do not answer there. */
  static Optional<Translator> translator(Endpoint endpoint) {
    return switch (endpoint) {
      case MESSAGES -> Optional.of(MESSAGES);
      case COUNT_TOKENS -> Optional.of(TOKEN_COUNT);
      case RESPONSES -> Optional.of(RESPONSES);
      case CHAT, COMPLETIONS, EMBEDDINGS, RERANK, TOKENIZE, DETOKENIZE, PREDICT -> Optional.empty();
    };
  }

  /**
   * Whether an engine answers {@code endpoint} itself.
   *
   * @param offered the paths that it answers; none: nobody has said, and it is tried
   */
  static boolean isNative(Endpoint endpoint, Set<String> offered) {
    return offered.isEmpty()
        || offered.contains(endpoint.path())
        // Engines that have Anthropic's messages count their tokens too.
        || (endpoint == Endpoint.COUNT_TOKENS && offered.contains(Endpoint.MESSAGES.path()));
  }
}
