package io.remuda.protocol;

import java.util.List;

/**
 * An expected refusal: its code, and a sentence that says what was wrong and what to do about it.
 *
 * @param details what the sentence sums up, one by one, for programs; mostly none
 */
public record Refused(ErrorCode code, String message, List<Detail> details) implements WireMessage {

  /**
   * One reason of several.
   *
   * @param path what it is about, such as a message's field
   * @param kind a word that programs can tell apart
   * @param text for people
   */
  public record Detail(String path, String kind, String text) implements WireMessage {}

  public Refused {
    details = List.copyOf(details);
  }

  public static Refused of(ErrorCode code, String message) {
    return new Refused(code, message, List.of());
  }

  public Refused with(List<Detail> more) {
    return new Refused(code, message, more);
  }
}
