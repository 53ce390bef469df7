package io.remuda.node.jvm;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import java.util.List;
import java.util.Optional;

/** The models that come with Remuda and run in the node's own JVM. */
public final class JvmModels {
  private static final List<String> NAMES = List.of(DemoChat.NAME, Sentiment.NAME);

  private JvmModels() {}

  /** A fresh model; empty for a name that is none of them. */
  public static Optional<JvmModel> find(String name) {
    return switch (name) {
      case DemoChat.NAME -> Optional.of(DemoChat.ofDemoCorpus());
      case Sentiment.NAME -> Optional.of(Sentiment.trained());
      default -> Optional.empty();
    };
  }

  /** Whether the model of that name chats, and is not typed; known without making one. */
  public static boolean isChat(String name) {
    return name.equals(DemoChat.NAME);
  }

  public static List<String> names() {
    return NAMES;
  }

  /** What to answer to a name that is none of them. */
  public static Refused unknown() {
    return Refused.of(
        ErrorCode.INVALID_SPEC, "engine jvm has no model of that name; it has " + NAMES);
  }
}
