package io.remuda.gateway.edge;

import io.remuda.gateway.dialect.AnswerKind;
import io.remuda.gateway.edge.ResumeObjection.Kind;
import io.remuda.protocol.Route;
import java.util.Optional;

/** Whether a stream that broke off may go on at another instance, and at which. */
final class ResumePolicy {

  private ResumePolicy() {}

  /**
   * What is known of a stream that broke off.
   *
   * @param most times that one may be resumed
   * @param resumed times that it was, and that an engine went that was to go on with it
   * @param kind of its chunks; empty where its address is none of those whose streams are resumed
   * @param field of its request that asks for more than plain text
   * @param kept whether its text was kept from its beginning on
   * @param text what there is against what came of it
   * @param question what there is against asking for the rest
   */
  record Broken(
      int most,
      int resumed,
      Optional<AnswerKind> kind,
      Optional<String> field,
      boolean kept,
      Optional<String> text,
      Optional<String> question) {}

  /** Why it is not resumed; empty where it may be. */
  static Optional<ResumeObjection> objection(Broken stream) {
    if (stream.most() == 0) {
      return because(Kind.OFF, "remuda.gateway.inference.resumes is 0");
    }
    if (stream.kind().isEmpty()) {
      return because(Kind.ADDRESS, "only chat completions and completions are");
    }
    if (stream.field().isPresent()) {
      return because(Kind.REQUEST, "its request has '" + stream.field().get() + "'");
    }
    if (!stream.kept()) {
      return because(
          Kind.ALONE, "as it began no other instance of its version could have gone on with it");
    }
    if (stream.resumed() >= stream.most()) {
      return because(Kind.OFTEN, "it was resumed %d times already".formatted(stream.resumed()));
    }
    return stream
        .text()
        .map(why -> new ResumeObjection(Kind.ANSWER, why))
        .or(() -> stream.question().map(why -> new ResumeObjection(Kind.REQUEST, why)));
  }

  private static Optional<ResumeObjection> because(Kind kind, String words) {
    return Optional.of(new ResumeObjection(kind, words));
  }

  /** Whether {@code other} runs the same as the {@code first}, and goes on with its text. */
  static boolean suits(Route first, Route other, AnswerKind kind) {
    boolean goesOn =
        switch (kind) {
          case CHAT -> other.continues().messages();
          case COMPLETION -> other.continues().prompts();
        };
    return goesOn
        && !other.instance().equals(first.instance())
        && other.revision() == first.revision();
  }
}
