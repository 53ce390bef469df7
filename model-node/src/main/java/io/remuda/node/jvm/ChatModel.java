package io.remuda.node.jvm;

import java.util.Iterator;
import java.util.List;
import java.util.OptionalLong;

/** A model that answers a conversation with text, piece by piece. */
public non-sealed interface ChatModel extends JvmModel {

  /** One message of a conversation. */
  record Turn(String role, String text) {}

  /**
   * How to choose the next piece.
   *
   * @param temperature 0 always takes the likeliest
   * @param seed the same seed and conversation give the same answer
   */
  record Sampling(double temperature, OptionalLong seed) {}

  /**
   * The pieces of the answer, each made when it is asked for; what they join to is the text. The
   * iterator belongs to one thread at a time and may be dropped at any moment.
   */
  Iterator<String> answer(List<Turn> conversation, Sampling sampling);

  /** How many pieces it counts in a text. */
  int count(String text);

  /** A vector of length 1 for the text; texts with the same words lie close together. */
  float[] embed(String text);
}
