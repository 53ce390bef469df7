package io.remuda.node.instance;

import io.remuda.node.engine.EngineProfile.Endpoint;
import java.util.Set;
import java.util.TreeSet;

/** The paths behind the endpoints that a profile names. */
final class EndpointPaths {

  private EndpointPaths() {}

  /**
   * What an instance answers: an engine started for embeddings or ranking does nothing else, any
   * other does all the rest.
   */
  static Set<String> of(Set<Endpoint> offered, Endpoint startedFor) {
    Set<String> paths = new TreeSet<>();
    for (Endpoint endpoint : offered) {
      if (isServed(endpoint, startedFor)) {
        paths.addAll(paths(endpoint));
      }
    }
    return paths;
  }

  private static boolean isServed(Endpoint endpoint, Endpoint startedFor) {
    return switch (startedFor) {
      case EMBEDDINGS, RERANK, PREDICT -> endpoint == startedFor || endpoint == Endpoint.TOKENIZE;
      case CHAT, COMPLETIONS, RESPONSES, MESSAGES, TOKENIZE ->
          endpoint != Endpoint.EMBEDDINGS
              && endpoint != Endpoint.RERANK
              && endpoint != Endpoint.PREDICT;
    };
  }

  private static Set<String> paths(Endpoint endpoint) {
    return switch (endpoint) {
      case CHAT -> Set.of("/v1/chat/completions");
      case COMPLETIONS -> Set.of("/v1/completions");
      case EMBEDDINGS -> Set.of("/v1/embeddings");
      case RERANK -> Set.of("/v1/rerank");
      case RESPONSES -> Set.of("/v1/responses");
      case MESSAGES -> Set.of("/v1/messages");
      case TOKENIZE -> Set.of("/tokenize", "/detokenize");
      case PREDICT -> Set.of("/predict");
    };
  }
}
