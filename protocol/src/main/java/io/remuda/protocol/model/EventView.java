package io.remuda.protocol.model;

import io.remuda.protocol.WireMessage;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One line of the fleet's story, read from the journal.
 *
 * @param offset its place in the journal: what {@code Last-Event-ID} names
 * @param kind past participle, such as {@code InstanceAssigned}
 * @param subject deployment, machine or key that it happened to
 * @param text a sentence
 * @param details the event's fields, as text
 * @param weighed the machines that were weighed when it was decided, the chosen one first; none for
 *     most events
 */
public record EventView(
    long offset,
    Instant at,
    String kind,
    String subject,
    String text,
    Map<String, String> details,
    List<Verdict> weighed)
    implements WireMessage {

  /** What a line costs beside its words. */
  private static final int OVERHEAD = 150;

  public EventView {
    details = java.util.Collections.unmodifiableMap(new TreeMap<>(details));
    weighed = List.copyOf(weighed);
  }

  /** The same with other words. */
  public EventView saying(String words) {
    return new EventView(offset, at, kind, subject, words, details, weighed);
  }

  /** The same without what was weighed. */
  public EventView inShort() {
    return new EventView(offset, at, kind, subject, text, details, List.of());
  }

  /** Of its size in a message, in bytes, near enough to keep messages below a frame. */
  public int size() {
    int all = OVERHEAD + LastWords.size(text);
    for (Map.Entry<String, String> detail : details.entrySet()) {
      all += detail.getKey().length() + LastWords.size(detail.getValue());
    }
    for (Verdict verdict : weighed) {
      all += verdict.size();
    }
    return all;
  }
}
