package io.remuda.gateway.http;

import akka.http.javadsl.model.HttpResponse;
import io.remuda.protocol.AccessProtocol.Scope;
import io.remuda.protocol.AuditProtocol.Deed;
import io.remuda.protocol.ErrorCode;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has every change to the fleet written down, with who asked for it and what was answered, before
 * its answer leaves. What the registry does not take in time is in this gateway's log alone.
 */
final class AuditTrail {

  private static final Logger LOG = LoggerFactory.getLogger(AuditTrail.class);

  private static final int LONGEST_PATH = 300;

  private final Function<Deed, CompletionStage<?>> keeper;
  private final Duration patience;

  /**
   * @param keeper fails when it is not known to have kept one
   * @param patience for which an answer waits for that
   */
  AuditTrail(Function<Deed, CompletionStage<?>> keeper, Duration patience) {
    this.keeper = keeper;
    this.patience = patience;
  }

  /** Whether a route changes the fleet: not what a client does with models, and no reading. */
  static boolean covers(ApiRoute route) {
    return !route.method().equals("GET")
        && !route.need().isNothing()
        && !route.need().scopes().contains(Scope.INFER);
  }

  /** The answer to {@code call}, once the deed is kept; as it would have come without. */
  CompletionStage<HttpResponse> kept(
      ApiRoute route, Call call, CompletionStage<HttpResponse> answer) {
    if (!covers(route) || (route.foresees() && call.flag(ApiRoute.DRY_RUN))) {
      return answer;
    }
    // A failure is the answer too, which is made of it later on.
    return answer
        .handle((response, failure) -> keep(deed(route, call, response, failure)))
        .thenCompose(kept -> kept)
        .thenCompose(done -> answer);
  }

  private static Deed deed(ApiRoute route, Call call, HttpResponse response, Throwable failure) {
    Optional<ErrorCode> code =
        failure == null
            ? Optional.empty()
            : Optional.of(
                Refusal.causeOf(failure) instanceof Refusal refusal
                    ? refusal.refused().code()
                    : ErrorCode.INTERNAL);
    return new Deed(
        call.requestId(),
        call.caller().name(),
        call.caller().tenant(),
        route.method() + " " + route.template(),
        path(call),
        code.map(ErrorCode::status).orElseGet(() -> response.status().intValue()),
        code.map(ErrorCode::code));
  }

  /** Nothing that there is has a longer one, and whoever asks for it anyway fills no journal. */
  private static String path(Call call) {
    String path = call.request().getUri().path();
    String cut = path.length() > LONGEST_PATH ? path.substring(0, LONGEST_PATH) + "…" : path;
    return cut.replaceAll("\\p{Cntrl}", "?");
  }

  private CompletionStage<Void> keep(Deed deed) {
    CompletableFuture<?> keeping;
    try {
      keeping = keeper.apply(deed).toCompletableFuture();
    } catch (RuntimeException e) {
      keeping = CompletableFuture.failedFuture(e);
    }
    return keeping
        .copy()
        .orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS)
        .handle(
            (kept, failure) -> {
              if (failure != null) {
                LOG.warn(
                    "event=audit-not-kept request={} caller={} operation=\"{}\" path={} status={}"
                        + " code={} why={}",
                    deed.requestId(),
                    deed.caller(),
                    deed.operation(),
                    deed.path(),
                    deed.status(),
                    deed.code().orElse("-"),
                    Refusal.causeOf(failure).toString());
              }
              return null;
            });
  }
}
