package io.remuda.gateway.http;

import io.remuda.gateway.edge.LeaseDirectory;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.LeaseProtocol.Reply;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.LeaseId;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Asks the registry where a lease is, for requests whose lease no route tells of. However many
 * requests ask for one lease, it is asked once at a time, and only for so many leases at once: who
 * makes tokens up gets no more of the registry than that.
 */
public final class LeaseLookups implements LeaseDirectory {

  private final Function<LeaseId, CompletionStage<Reply>> registry;
  private final LeaseSettings settings;
  private final Map<LeaseId, CompletableFuture<Reply>> underway = new HashMap<>();

  public LeaseLookups(LeaseClient leases, LeaseSettings settings) {
    this(leases::get, settings);
  }

  LeaseLookups(Function<LeaseId, CompletionStage<Reply>> registry, LeaseSettings settings) {
    this.registry = registry;
    this.settings = settings;
  }

  @Override
  public CompletionStage<Reply> look(LeaseId lease) {
    CompletableFuture<Reply> answer = new CompletableFuture<>();
    synchronized (underway) {
      CompletableFuture<Reply> asked = underway.get(lease);
      if (asked != null) {
        return asked;
      }
      if (underway.size() >= settings.lookups()) {
        return CompletableFuture.completedStage(
            refused(
                ErrorCode.OVERLOADED,
                "this gateway looks as many leases up as"
                    + " remuda.gateway.leases.lookups allows; send the request again shortly"));
      }
      underway.put(lease, answer);
    }
    answer.completeOnTimeout(
        refused(
            ErrorCode.REGISTRY_UNAVAILABLE,
            "the registry did not say in time where lease %s is; send the request again"
                .formatted(lease)),
        settings.lookLimit().toMillis(),
        TimeUnit.MILLISECONDS);
    var unused =
        answer.whenComplete(
            (reply, failure) -> {
              synchronized (underway) {
                underway.remove(lease, answer);
              }
            });
    ask(lease, answer);
    return answer;
  }

  private void ask(LeaseId lease, CompletableFuture<Reply> answer) {
    try {
      var unused =
          registry
              .apply(lease)
              .whenComplete(
                  (reply, failure) ->
                      answer.complete(failure == null ? reply : refused(lease, failure)));
    } catch (RuntimeException e) {
      answer.complete(refused(lease, e));
    }
  }

  private static Reply refused(LeaseId lease, Throwable failure) {
    return Refusal.causeOf(failure) instanceof Refusal refusal
        ? Reply.refused(refusal.refused())
        : refused(
            ErrorCode.REGISTRY_UNAVAILABLE,
            "the registry could not be asked where lease %s is; send the request again"
                .formatted(lease));
  }

  private static Reply refused(ErrorCode code, String sentence) {
    return Reply.refused(Refused.of(code, sentence));
  }
}
