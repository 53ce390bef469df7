package io.remuda.protocol.model;

import io.remuda.protocol.WireMessage;
import java.time.Instant;
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
 */
public record EventView(
    long offset, Instant at, String kind, String subject, String text, Map<String, String> details)
    implements WireMessage {
  public EventView {
    details = java.util.Collections.unmodifiableMap(new TreeMap<>(details));
  }
}
