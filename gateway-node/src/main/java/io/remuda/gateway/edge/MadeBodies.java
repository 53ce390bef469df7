package io.remuda.gateway.edge;

import io.netty.buffer.ByteBuf;
import io.remuda.protocol.model.Defaults;
import org.jspecify.annotations.Nullable;

/**
 * What was made of one client's body for instances of the model that answers: each is made once,
 * and freed with the others. Lives on one loop.
 */
final class MadeBodies {

  private @Nullable ByteBuf renamed;
  private @Nullable ByteBuf translated;
  private @Nullable ByteBuf completed;
  private @Nullable ByteBuf completedInOthers;
  private @Nullable ByteBuf asking;
  private @Nullable ByteBuf rest;

  /** With the model's own name in the place of an alias; taken over. */
  void renamed(ByteBuf body) {
    renamed = body;
  }

  /** In another dialect than the client's; taken over. */
  void translated(ByteBuf body) {
    translated = body;
  }

  boolean isTranslated() {
    return translated != null;
  }

  /** What an instance is sent in the client's own dialect. */
  ByteBuf inItsOwnWords(ByteBuf sent) {
    ByteBuf made = renamed;
    return made == null ? sent : made;
  }

  /** What an instance is sent in another dialect. */
  ByteBuf inOthers(ByteBuf sent) {
    ByteBuf made = translated;
    return made == null ? sent : made;
  }

  /**
   * What an instance is sent, with what its deployment says where the client does not.
   *
   * @param chat whether it may have messages
   * @param inOthers whether it is in another dialect than the client's
   */
  ByteBuf completed(ByteBuf body, Defaults defaults, boolean chat, boolean inOthers) {
    ByteBuf made = inOthers ? completedInOthers : completed;
    if (made != null) {
      return made;
    }
    ByteBuf more = DefaultFields.added(body, defaults, chat).orElse(null);
    if (inOthers) {
      completedInOthers = more;
    } else {
      completed = more;
    }
    return more == null ? body : more;
  }

  /** The body, with a question for the tokens that the client did not ask for. */
  ByteBuf asking(ByteBuf body) {
    ByteBuf made = asking;
    if (made == null) {
      made = HiddenUsage.asked(body);
      asking = made;
    }
    return made;
  }

  /** The question for the rest of an answer, in the place of the last such; taken over. */
  void rest(ByteBuf question) {
    free(rest);
    rest = question;
  }

  /** What was made for one model is of no use to another one. */
  void freeAllButTheRest() {
    free(translated);
    translated = null;
    free(completed);
    completed = null;
    free(completedInOthers);
    completedInOthers = null;
    free(asking);
    asking = null;
    free(renamed);
    renamed = null;
  }

  void freeAll() {
    free(rest);
    rest = null;
    freeAllButTheRest();
  }

  private static void free(@Nullable ByteBuf made) {
    if (made != null) {
      made.release();
    }
  }
}
