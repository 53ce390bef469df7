package io.remuda.protocol.model;

import io.remuda.protocol.WireMessage;
import java.util.Optional;

/**
 * Whether an instance takes durable tasks, apart from whether it serves: a queue or a store that is
 * away stops the one and not the other.
 *
 * @param reason why it takes none; empty while it does, and while it is not ready at all
 */
public record TaskFacet(boolean taking, Optional<String> reason) implements WireMessage {

  public static final TaskFacet TAKING = new TaskFacet(true, Optional.empty());

  /** Nothing is taken since the instance itself is not ready. */
  public static final TaskFacet NOT_READY = new TaskFacet(false, Optional.empty());

  public static TaskFacet off(String reason) {
    return new TaskFacet(false, Optional.of(reason));
  }
}
