package io.remuda.registry.journal;

import io.remuda.protocol.model.EventView;
import io.remuda.protocol.model.Verdict;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Whatever happened and was written down, told as one line of the fleet's story. */
public interface JournalEvent {

  Instant at();

  /** Deployment, machine or key that it happened to. */
  String subject();

  /** What happened, as a sentence. */
  String text();

  /** The event's own fields, as text. */
  Map<String, String> details();

  /** The machines that were weighed when it was decided; none for most events. */
  default List<Verdict> weighed() {
    return List.of();
  }

  /** The line that readers see; {@code offset} is the event's place in the journal. */
  default EventView view(long offset) {
    return new EventView(
        offset, at(), getClass().getSimpleName(), subject(), text(), details(), weighed());
  }
}
