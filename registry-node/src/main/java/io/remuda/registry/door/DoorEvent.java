package io.remuda.registry.door;

import io.remuda.registry.journal.JournalEvent;
import java.time.Instant;
import java.util.Map;

/** What happened at the fleet's door. Nothing is decided by it: it is history. */
public sealed interface DoorEvent extends JournalEvent {

  /**
   * Somebody who wanted to be a node of this fleet was turned away.
   *
   * @param remote its address, or where it knocked
   * @param unsaid how many other refusals were kept quiet before this one
   */
  record NodeRefused(String remote, String reason, long unsaid, Instant at) implements DoorEvent {
    @Override
    public String subject() {
      return remote;
    }

    @Override
    public String text() {
      return "node at %s refused: %s%s"
          .formatted(
              remote, reason, unsaid == 0 ? "" : " (" + unsaid + " more refusals not shown)");
    }

    @Override
    public Map<String, String> details() {
      return Map.of("remote", remote, "reason", reason, "unsaid", Long.toString(unsaid));
    }
  }
}
