package io.remuda.node.jvm;

import java.util.Iterator;

/** One answer while it is made: counts its pieces, and knows when and why it ends. */
final class Generation {
  private final Iterator<String> pieces;
  private final ChatRequests.Chat wanted;
  private final int promptTokens;
  private final StopTexts stops;
  // Made and not handed out: it may be the beginning of a stop text.
  private final StringBuilder held = new StringBuilder();
  private int made;
  private String piece = "";
  private String finish = "stop";
  private boolean over;

  Generation(Iterator<String> pieces, ChatRequests.Chat wanted, int promptTokens) {
    this.pieces = pieces;
    this.wanted = wanted;
    this.promptTokens = promptTokens;
    this.stops = new StopTexts(wanted.stops());
  }

  /** Makes the next piece that can be handed out for good; false when there is none. */
  boolean advance() {
    while (!over) {
      if (!pieces.hasNext() || made == wanted.maxTokens()) {
        finish = pieces.hasNext() ? "length" : "stop";
        return last(held.length());
      }
      made++;
      held.append(pieces.next());
      int stop = stops.firstIn(held);
      if (stop >= 0) {
        return last(stop);
      }
      if (handOut(held.length() - stops.begunAtEndOf(held))) {
        return true;
      }
    }
    return false;
  }

  private boolean last(int length) {
    over = true;
    return handOut(length);
  }

  private boolean handOut(int length) {
    piece = held.substring(0, length);
    held.delete(0, length);
    return length > 0;
  }

  String piece() {
    return piece;
  }

  ChatRequests.Chat wanted() {
    return wanted;
  }

  /** {@code stop} or {@code length}. */
  String finish() {
    return finish;
  }

  int promptTokens() {
    return promptTokens;
  }

  int completionTokens() {
    return made;
  }
}
