package io.remuda.gateway.http;

import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.Uri;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.remuda.gateway.auth.Caller;
import io.remuda.gateway.auth.LeaseSeal;
import io.remuda.gateway.auth.Need;
import io.remuda.gateway.routing.RouteSnapshot;
import io.remuda.protocol.AccessProtocol.Scope;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.LeaseProtocol.Reply;
import io.remuda.protocol.LeaseProtocol.Wish;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.LeaseView;
import io.remuda.protocol.model.ModelSpec;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Leases: acquired, looked at, renewed, released. A caller sees its own alone, an operator all; one
 * that has ended is answered 410 with the lease, for as long as the registry remembers it.
 */
final class LeaseRoutes {

  private static final Need HOLD = Need.oneOf(Scope.INFER);
  private static final Need SEE = Need.oneOf(Scope.INFER, Scope.AUDIT);

  private final LeaseClient leases;
  private final LeaseIntake intake;
  private final LeaseIds ids;
  private final LeaseWaiting waiting;
  private final LeaseSettings settings;

  private LeaseRoutes(
      LeaseClient leases,
      LeaseIntake intake,
      LeaseIds ids,
      LeaseWaiting waiting,
      LeaseSettings settings) {
    this.leases = leases;
    this.intake = intake;
    this.ids = ids;
    this.waiting = waiting;
    this.settings = settings;
  }

  static LeaseRoutes of(
      LeaseClient leases,
      Supplier<RouteSnapshot> known,
      LeaseSettings settings,
      LeaseSeal seal,
      Settling.Pause pause) {
    return new LeaseRoutes(
        leases,
        new LeaseIntake(known, settings),
        new LeaseIds(seal),
        new LeaseWaiting(settings, pause),
        settings);
  }

  List<ApiRoute> endpoints() {
    String tag = "leases";
    String one = "/v1/leases/{id}";
    return List.of(
        ApiRoute.of(
                "POST",
                "/v1/leases",
                HOLD,
                tag,
                "Ask for instances of one or several models for a time; with the scope deploy also"
                    + " of a deployment that is there for the lease alone. The header"
                    + " Idempotency-Key makes a second try find the first one's lease",
                this::acquire)
            .takes("LeaseWish")
            .gives(202, "Lease"),
        ApiRoute.of("GET", one, SEE, tag, "One lease; 410 with it when it has ended", this::get)
            .query("wait", "answer when it is PENDING no more, at the latest after so long: 20s")
            .gives(200, "Lease"),
        ApiRoute.of(
                "POST", one + "/renew", HOLD, tag, "Hold on for another time to live", this::renew)
            .takes("LeaseRenewal")
            .gives(200, "Lease"),
        ApiRoute.of(
            "DELETE",
            one,
            HOLD,
            tag,
            "Let go of it: 204; 410 with the lease when it had ended",
            this::release));
  }

  private CompletionStage<HttpResponse> acquire(Call call) {
    Optional<String> key = call.header("idempotency-key");
    LeaseId id = ids.of(TaskRoutes.tenant(call.caller()), key);
    return call.json()
        .thenCompose(
            body -> {
              Wish wish = intake.read(call.caller(), id, body);
              return unlessDeclared(id, wish, key.isPresent())
                  .thenCompose(free -> leases.acquire(id, wish));
            })
        .thenApply(
            reply ->
                Replies.with(answer(call, 202, seen(call, reply)), "Location", "/v1/leases/" + id));
  }

  /**
   * A deployment that was there before would be removed with the lease: it is never taken over. A
   * second try under a key may find its own.
   */
  private CompletionStage<Boolean> unlessDeclared(LeaseId id, Wish wish, boolean repeatable) {
    Optional<ModelName> taken = wish.own().map(ModelSpec::name).filter(intake::isDeclared);
    if (taken.isEmpty()) {
      return CompletableFuture.completedStage(true);
    }
    Refusal conflict =
        Refusal.of(
            ErrorCode.SPEC_CONFLICT,
            "there is a deployment '"
                + taken.get()
                + "' already, and a lease's own goes when the lease ends; lease that one as a"
                + " model, or leave the name out",
            "deployment.name");
    if (!repeatable) {
      throw conflict;
    }
    return leases
        .get(id)
        .thenApply(
            reply -> {
              if (reply.lease().isEmpty()) {
                throw conflict;
              }
              return true;
            });
  }

  private CompletionStage<HttpResponse> get(Call call) {
    LeaseId id = id(call);
    Duration wait =
        Spans.query(call, "wait", Duration.ZERO, settings.longestWait()).orElse(Duration.ZERO);
    return waiting
        .whilePending(within -> leases.get(id, within).thenApply(reply -> seen(call, reply)), wait)
        .thenApply(reply -> answer(call, 200, reply));
  }

  private CompletionStage<HttpResponse> renew(Call call) {
    LeaseId id = id(call);
    return call.bytes()
        .thenCompose(
            body -> {
              Optional<Duration> ttl = intake.ttl(call, body);
              return own(call, id).thenCompose(mine -> leases.renew(id, ttl));
            })
        .thenApply(reply -> answer(call, 200, seen(call, reply)));
  }

  private CompletionStage<HttpResponse> release(Call call) {
    LeaseId id = id(call);
    return own(call, id)
        .thenCompose(mine -> leases.release(id, "released" + byWhom(call.caller())))
        .thenApply(
            reply -> {
              Reply seen = seen(call, reply);
              return seen.refused().isPresent()
                  ? answer(call, 200, seen)
                  : HttpResponse.create().withStatus(204);
            });
  }

  private static String byWhom(Caller caller) {
    return caller.equals(Caller.LOCAL) ? "" : " by key " + caller.name();
  }

  private static LeaseId id(Call call) {
    return LeaseId.parse(call.path("id")).orElseThrow(LeaseRoutes::notFound);
  }

  private static Refusal notFound() {
    return Refusal.of(
        ErrorCode.NOT_FOUND,
        "there is no lease of this id, or it ended long ago; 'POST /v1/leases' acquires one");
  }

  /** Whether the caller may do with the lease what its holder may; one of another owner is none. */
  private CompletionStage<Boolean> own(Call call, LeaseId id) {
    if (isOperator(call.caller())) {
      return CompletableFuture.completedStage(true);
    }
    return leases
        .get(id)
        .thenApply(
            reply -> {
              if (reply.lease().filter(lease -> isHolder(call, lease)).isEmpty()) {
                throw gone(reply);
              }
              return true;
            });
  }

  /** What the caller may know of it. */
  private static Reply seen(Call call, Reply reply) {
    Set<Scope> scopes = call.caller().scopes();
    boolean all = scopes.contains(Scope.ADMIN) || scopes.contains(Scope.AUDIT);
    boolean visible = reply.lease().filter(lease -> all || isHolder(call, lease)).isPresent();
    if (!visible) {
      throw gone(reply);
    }
    return reply;
  }

  /** A refusal that comes with no lease is the registry's; a hidden lease is none. */
  private static Refusal gone(Reply reply) {
    return reply.lease().isPresent() || reply.refused().isEmpty()
        ? notFound()
        : Refusal.of(reply.refused().get());
  }

  private static boolean isHolder(Call call, LeaseView lease) {
    return lease.owner().equals(TaskRoutes.tenant(call.caller()));
  }

  private static boolean isOperator(Caller caller) {
    return caller.scopes().contains(Scope.ADMIN);
  }

  private HttpResponse answer(Call call, int status, Reply reply) {
    LeaseView lease = reply.lease().orElseThrow(LeaseRoutes::notFound);
    boolean holds = isHolder(call, lease) || isOperator(call.caller());
    Caller caller = call.caller();
    ObjectNode json =
        holds ? LeaseViews.held(lease, gateway(call), caller) : LeaseViews.shown(lease, caller);
    if (lease.state() != LeaseView.State.ENDED && reply.refused().isEmpty()) {
      return Replies.json(status, json);
    }
    Refused refused =
        reply
            .refused()
            .orElseGet(
                () ->
                    Refused.of(
                        ErrorCode.ENDED,
                        "lease %s has ended%s; acquire another"
                            .formatted(
                                lease.id(), lease.reason().map(why -> ": " + why).orElse(""))));
    Refused told = caller.seesAll() ? refused : Refusal.of(refused).seenBy(caller::sees).refused();
    return Errors.response(told, LeaseViews.with(told, json));
  }

  /** Where clients reach this gateway. */
  private String gateway(Call call) {
    Uri uri = call.request().getUri();
    return settings
        .publicUrl()
        .orElseGet(
            () ->
                (settings.encrypted() ? "https://" : "http://")
                    + call.header("host").orElseGet(() -> uri.host().address() + ":" + uri.port()));
  }
}
