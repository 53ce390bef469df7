package io.remuda.gateway.task;

import io.remuda.protocol.id.TaskId;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Webhooks that have not been delivered, kept where the results are, so that any gateway of the
 * fleet delivers what another one took in before it went. Every stage ends within the store's
 * time-out; one that fails does so with a {@link TaskRefusal}.
 */
public interface PendingHooks extends AutoCloseable {

  /**
   * Where the end of a task is to be told.
   *
   * @param tries deliveries that have failed so far
   */
  record Hook(TaskId task, String tenant, URI url, int tries) {}

  /** Writes a webhook down, to be looked at from {@code due} on; a second time changes nothing. */
  CompletionStage<Void> remember(TaskId task, String tenant, URI url, Instant due);

  /**
   * Takes webhooks that are due, the longest due first. Nobody else is given them within the lease:
   * after it they are due again, so that none is lost with the gateway that took it.
   */
  CompletionStage<List<Hook>> take(Instant now, Duration lease, int limit);

  /** Has a webhook looked at again from {@code due} on, with so many deliveries failed. */
  CompletionStage<Void> again(TaskId task, int tries, Instant due);

  /** Forgets a webhook: it was delivered, or never can be. */
  CompletionStage<Void> done(TaskId task);

  @Override
  void close();
}
