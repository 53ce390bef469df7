package io.remuda.gateway.edge;

import io.remuda.gateway.routing.ModelEntry;
import io.remuda.gateway.routing.RouteSnapshot;
import io.remuda.gateway.routing.Target;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.LeaseToken;
import java.time.Duration;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Where one request goes next as long as its client has seen nothing of an answer: to an instance
 * of its model, to a wait for one, to a model that answers in the place of its own, or back to the
 * client with a refusal. Lives on one loop.
 */
final class Course {

  private final InferenceHandler handler;
  private final ClientRequest request;
  private final InstanceBody body;
  private final Inference inference;
  private final Account account;
  private final Tries tries;
  private final Fallbacks fallbacks;
  private final Holding holding;
  private final AskedModel at;
  private final boolean copy;
  private Optional<LeaseSearch> looking = Optional.empty();

  /**
   * @param started when the request came, of {@link System#nanoTime()}
   * @param copy whether it is a shadow, which is for its model alone: at another one it would be
   *     load for an answer nobody sees
   */
  Course(
      InferenceHandler handler,
      ClientRequest request,
      InstanceBody body,
      Inference inference,
      Account account,
      long started,
      boolean copy) {
    this.handler = handler;
    this.request = request;
    this.body = body;
    this.inference = inference;
    this.account = account;
    this.copy = copy;
    this.fallbacks = new Fallbacks(handler.settings().fallbacks(), !copy);
    this.tries = new Tries(handler.settings(), request.lease().map(LeaseToken::lease));
    this.holding = new Holding(handler, request, started, this::route);
    this.at = new AskedModel(request, tries);
  }

  /** The body has been read, as far as it could be. */
  void read() {
    at.read(body.model());
  }

  void begin() {
    tries.asks(at.footprint(handler, body.stream()));
    route();
  }

  /** The model that it is at; as the client named it while that is not known. */
  String model() {
    return at.model();
  }

  Tries tries() {
    return tries;
  }

  /** What to tell a client that has waited for a while. */
  Optional<String> news() {
    return holding.news(handler.routes().snapshot().get(at.model()));
  }

  /** It goes to an instance now. */
  void sent(Target target, long now) {
    tries.again().ifPresent(reason -> handler.metrics().retried(at.model(), reason));
    tries.count();
    holding.sent(at.model(), now);
    tries.sentTo(target);
  }

  /** An instance in sight in the place of one that has been out of it for too long. */
  Optional<Target> insteadOf(Target waiting) {
    RouteSnapshot snapshot = handler.routes().snapshot();
    return tries
        .insteadOf(waiting, snapshot, at.model(), System.nanoTime())
        .filter(next -> takes(snapshot.get(at.model()), next));
  }

  /** Whether it can be sent to that instance too, whose engine may be another one. */
  private boolean takes(@Nullable ModelEntry entry, Target target) {
    return entry != null && body.prepare(entry, target).isEmpty();
  }

  private void route() {
    if (inference.isOver()) {
      return;
    }
    RouteSnapshot snapshot = handler.routes().snapshot();
    boolean leased = request.lease().isPresent();
    String asked = at.asked();
    boolean visible = at.isVisible();
    ModelEntry entry = visible ? at.answering(snapshot, fallbacks.taken()) : null;
    if (entry != null) {
      goTo(entry);
    } else if (leased && visible) {
      // A lease's own deployment may be younger than what is known here.
      search();
    } else if (fallbacks.taken()) {
      // The model that took it in the place of the first was removed as it waited there.
      giveUp(fallbacks.toTell(Refusals.unknown(asked, snapshot, request.models())));
    } else {
      Refused unknown = Refusals.unknown(asked, snapshot, request.models());
      Optional<ModelName> target =
          visible && !snapshot.isCold() ? snapshot.aliasOf(asked) : Optional.empty();
      // Its model's removal may be known here before its switch.
      target
          .map(gone -> holding.awaitSwitch(asked, gone, unknown))
          .orElseGet(() -> Optional.of(unknown))
          .ifPresent(
              why -> {
                at.isNone();
                inference.refuse(why, retryAfterLoading());
              });
    }
  }

  /** Sends it to an instance of the model, or lets it wait for one. */
  private void goTo(ModelEntry entry) {
    if (!givenTo(entry)) {
      return;
    }
    if (copy && handler.waitingRoom().isWaitedFor(at.model())) {
      giveUp(Refusals.behindOthers(at.model()));
      return;
    }
    boolean leased = request.lease().isPresent();
    Optional<Target> target =
        !leased && holding.isBehindOthers(entry) ? Optional.empty() : tries.untried(entry);
    if (target.isPresent()) {
      send(entry, target.get());
    } else if (leased) {
      // Its slots are the holder's own, so that nobody waits here in line for them.
      search();
    } else {
      hold(entry, Optional.empty());
    }
  }

  /** Gives the request to the model, by its own name; where that cannot be, refuses it. */
  private boolean givenTo(ModelEntry entry) {
    at.becomes(entry);
    Optional<Refused> unnamed = body.answeredBy(at.model());
    unnamed.ifPresent(why -> inference.refuse(why, Duration.ZERO));
    return unnamed.isEmpty();
  }

  private void search() {
    search(why -> why);
  }

  /**
   * @param told what the client is told of the reason for which nothing is found
   */
  private void search(UnaryOperator<Refused> told) {
    LeaseSearch search =
        new LeaseSearch(handler, request, at.model(), this::found, why -> refuse(told.apply(why)));
    looking = Optional.of(search);
    search.begin();
  }

  private void found(ModelEntry entry, Target target) {
    if (givenTo(entry)) {
      send(entry, target);
    }
  }

  private void send(ModelEntry entry, Target target) {
    if (inference.isOver()) {
      return;
    }
    Optional<Translation.Translated.Bad> bad = body.prepare(entry, target);
    if (bad.isPresent()) {
      inference.refuse(bad.get().refused(), bad.get().param(), retryAfterLoading());
    } else {
      inference.call(target);
    }
  }

  /**
   * Nothing takes it: waits as long as its client wants to, then says what is going on.
   *
   * @param refused what an instance has just said
   */
  private void hold(ModelEntry entry, Optional<Refused> refused) {
    tries.anew();
    account.waits();
    holding.hold(entry, refused).ifPresent(this::giveUp);
  }

  /**
   * Whether the attempt's end is no news of the request's: then nothing is decided by it.
   *
   * <p>An instance let nobody in under the lease that may have moved on: this gateway may have
   * heard of the move later than the lease's holder. The registry knows; it is asked once.
   */
  boolean asksAgain(Refused reason) {
    boolean notIts = reason.code() == ErrorCode.STALE_LEASE || reason.code() == ErrorCode.ENDED;
    boolean asks = notIts && request.lease().isPresent() && looking.isEmpty() && tries.mayGoOn();
    if (asks) {
      // Without a registry the instance's own word is all there is.
      search(why -> why.code() == ErrorCode.REGISTRY_UNAVAILABLE ? reason : why);
    }
    return asks;
  }

  /** Whether it went to another instance after {@code failed} did not serve it. */
  boolean goesOn(Target failed, Refused reason, boolean safeToRetry) {
    ModelEntry entry = handler.routes().snapshot().get(at.model());
    if (!safeToRetry || !tries.mayGoOn() || entry == null) {
      return false;
    }
    Optional<Target> next = tries.after(failed, reason, entry);
    next.ifPresent(target -> send(entry, target));
    return next.isPresent();
  }

  /** No instance is left to try: another model, a wait, or the client is next. */
  void exhausted(Refused reason, boolean safeToRetry) {
    RouteSnapshot snapshot = handler.routes().snapshot();
    ModelEntry entry = snapshot.get(at.model());
    Refused told = tries.toTell(reason);
    boolean mayHold = safeToRetry && request.lease().isEmpty() && tries.mayWait();
    ModelEntry other = mayHold ? at.switchedTo(snapshot, entry, fallbacks.taken()) : null;
    if (other != null) {
      tries.anew();
      goTo(other);
    } else if (mayHold && entry != null && Holding.mayPass(told)) {
      hold(entry, Optional.of(told));
    } else if (safeToRetry || told.code() == ErrorCode.ENGINE_FAILED) {
      // A replica would fail it alike, and another model need not.
      giveUp(told);
    } else {
      refuse(told);
    }
  }

  /**
   * The model cannot serve it, and nothing of an answer has been seen: another one may in its
   * place.
   */
  private void giveUp(Refused why) {
    Optional<ModelEntry> other =
        request.lease().isEmpty() && tries.mayGoElsewhere() && Fallbacks.mayServe(why)
            ? fallbacks.after(at.model(), why, handler.routes().snapshot(), request.models())
            : Optional.empty();
    if (other.isPresent()) {
      handler.metrics().fellBack(at.model(), other.get().name());
      tries.elsewhere();
      goTo(other.get());
    } else {
      refuse(fallbacks.toTell(why));
    }
  }

  /** Whether another model may answer in place of one whose engine fails the request. */
  boolean hasFallback() {
    return request.lease().isEmpty()
        && tries.mayGoElsewhere()
        && (fallbacks.taken()
            || fallbacks.hasNext(at.model(), handler.routes().snapshot(), request.models()));
  }

  /** The request is over; the name that it is counted by. */
  String end() {
    holding.leave();
    looking.ifPresent(LeaseSearch::end);
    return at.counted(handler.routes().snapshot());
  }

  /** At least as long as the line is now, where there is one. */
  private void refuse(Refused refused) {
    Duration least = handler.settings().retryAfter(refused.code());
    Duration line = handler.waitingRoom().untilServed(at.model());
    inference.refuse(refused, line.compareTo(least) > 0 ? line : least);
  }

  private Duration retryAfterLoading() {
    return handler.settings().loadingRetryAfter();
  }
}
