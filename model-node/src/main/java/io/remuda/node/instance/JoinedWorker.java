package io.remuda.node.instance;

import io.remuda.protocol.model.TaskFacet;
import java.net.URI;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletionStage;

/** A program that is no child of this machine and serves one of its models, while it is heard. */
public interface JoinedWorker {

  /** As it calls itself; for people. */
  String name();

  /** Where it answers synchronous calls; empty when it works on tasks alone. */
  Optional<URI> address();

  /** Calls that it works on at once; empty when it does not say. */
  OptionalInt slots();

  /** Whether it takes tasks by itself; empty when the machine does that for it. */
  Optional<TaskFacet> tasks();

  /**
   * Completed when it says that it takes no tasks and works on none, for this lease or a later one;
   * never where it cannot be told.
   *
   * @param lease number of the lease, which rises
   */
  CompletionStage<Void> rests(long lease);

  /** Completed when it has left, was replaced or is not heard any more, with the reason. */
  CompletionStage<String> gone();
}
