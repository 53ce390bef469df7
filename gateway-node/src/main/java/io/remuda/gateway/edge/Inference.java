package io.remuda.gateway.edge;

import io.netty.buffer.ByteBuf;
import io.remuda.gateway.routing.Asked;
import io.remuda.gateway.routing.ModelEntry;
import io.remuda.gateway.routing.RouteSnapshot;
import io.remuda.gateway.routing.RoutingSettings;
import io.remuda.gateway.routing.Target;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.RecentRequest;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.LeaseToken;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** One request to a model, from its body to the last byte of its answer. Lives on one loop. */
final class Inference implements AnswerInProgress {

  private final InferenceHandler handler;
  private final ClientRequest request;
  private final InstanceBody body;
  private final ClientAnswer answer;
  private final Tries tries;
  private final Underway underway = new Underway();
  private final Stillness stillness = new Stillness();
  private final long started = System.nanoTime();
  private final Hops hops = new Hops(started);
  private final Timings timings = new Timings(started);
  private final Holding holding;
  private final Optional<Shadows> shadows;
  private final Fallbacks fallbacks;
  // A model's name or an alias, which may stand for another model before this is over.
  private String asked = "";
  // The model that answers, once it is known: behind an alias not the name that was asked for.
  private String model = "";
  private boolean resolved;
  private Optional<LeaseSearch> looking = Optional.empty();
  private boolean over;
  private boolean paused;
  private long firstByteAt;
  private long sentAt;

  /**
   * @param shadows that are told when it was answered; empty for a shadow
   */
  Inference(
      InferenceHandler handler, ClientRequest request, AnswerSink sink, Optional<Shadows> shadows) {
    this.handler = handler;
    this.request = request;
    this.shadows = shadows;
    // A copy is for its model alone: at another one it would be load for an answer nobody sees.
    this.fallbacks =
        new Fallbacks(shadows.isPresent() ? handler.settings().fallbacks() : FallbackSettings.NONE);
    this.body = new InstanceBody(request, handler.settings().translatedAnswerBytes());
    this.answer = new ClientAnswer(request, sink);
    this.tries = new Tries(handler.settings(), request.lease().map(LeaseToken::lease));
    this.holding = new Holding(handler, request, started, this::route);
  }

  void start() {
    Optional<Refused> refused = body.read(handler.translations());
    asked = body.model();
    model = asked;
    if (refused.isEmpty()) {
      tries.asks(footprint());
      route();
    } else {
      refuse(refused.get(), Duration.ZERO);
    }
  }

  /** Where there is no choice nothing of the body is looked at. */
  private Asked footprint() {
    ModelEntry entry = handler.routes().snapshot().get(asked);
    boolean chooses = entry != null && entry.readyCount() > 1 && request.lease().isEmpty();
    return chooses
        ? Asked.of(
            routing(),
            handler.prefixes(),
            body.stream(),
            asked,
            request.sender().session(),
            request.body())
        : Asked.unknown(routing(), handler.prefixes(), body.stream());
  }

  @Override
  public void cancel() {
    if (over) {
      return;
    }
    underway.cancel();
    finish("cancelled");
  }

  @Override
  public void pause() {
    paused = true;
    underway.pause();
  }

  @Override
  public void resume() {
    paused = false;
    underway.resume();
  }

  @Override
  public boolean comment() {
    Attempt current = underway.current();
    return !over
        && body.stream()
        && tries.any()
        && answer.comment(current == null || current.betweenEvents());
  }

  @Override
  public void look() {
    Attempt waiting = underway.current();
    if (over) {
      return;
    }
    if (waiting == null) {
      if (body.stream()) {
        holding.news(handler.routes().snapshot().get(model)).ifPresent(answer::comment);
      }
      return;
    }
    if (waiting.hasBegun()) {
      endIfCutOff(waiting);
      return;
    }
    RouteSnapshot snapshot = handler.routes().snapshot();
    tries
        .insteadOf(waiting.target(), snapshot, model, System.nanoTime())
        .filter(next -> takes(snapshot.get(model), next))
        .ifPresent(
            next -> {
              underway.keep();
              call(next);
            });
  }

  /** Whether it can be sent to that instance too, whose engine may be another one. */
  private boolean takes(@Nullable ModelEntry entry, Target target) {
    return entry != null && body.prepare(entry, target).isEmpty();
  }

  private void endIfCutOff(Attempt begun) {
    boolean inSight = handler.routes().snapshot().isInSight(begun.target().route().machine());
    long still = stillness.look(!inSight && !paused, System.nanoTime());
    if (still > handler.settings().cutOffLimit().toNanos()) {
      begun.cutOff();
    }
  }

  private void route() {
    if (over) {
      return;
    }
    RouteSnapshot snapshot = handler.routes().snapshot();
    boolean leased = request.lease().isPresent();
    // A key is for the name that is asked for, be it an alias.
    boolean visible = resolved || request.models().test(asked);
    ModelEntry entry = visible ? answering(snapshot) : null;
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
                model = "";
                refuse(why, retryAfterLoading());
              });
    }
  }

  /** The model that it began with, for as long as that has something for it. */
  private @Nullable ModelEntry answering(RouteSnapshot snapshot) {
    ModelEntry begun = snapshot.get(model);
    if (!resolved || (begun != null && tries.untried(begun).isPresent())) {
      return begun;
    }
    ModelEntry now = switchedTo(snapshot, begun);
    return now == null ? begun : now;
  }

  /**
   * The model that the alias asked for stands for by now, where that is another one than {@code
   * begun}, and the better place to go. A lease has its instances, whatever an alias stands for;
   * and what a fallback took does not go back.
   */
  private @Nullable ModelEntry switchedTo(RouteSnapshot snapshot, @Nullable ModelEntry begun) {
    boolean stays = request.lease().isPresent() || fallbacks.taken();
    ModelEntry now = stays ? null : snapshot.get(asked);
    if (now == null || now.name().equals(model)) {
      return null;
    }
    return begun == null || now.readyCount() > 0 ? now : null;
  }

  /** Sends it to an instance of the model, or lets it wait for one. */
  private void goTo(ModelEntry entry) {
    if (!givenTo(entry)) {
      return;
    }
    if (shadows.isEmpty() && handler.waitingRoom().isWaitedFor(model)) {
      giveUp(Refusals.behindOthers(model));
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
    resolved = true;
    model = entry.name();
    Optional<Refused> unnamed = body.answeredBy(model);
    unnamed.ifPresent(why -> refuse(why, Duration.ZERO));
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
        new LeaseSearch(
            handler,
            request,
            model,
            this::found,
            why -> refuse(told.apply(why), retryAfter(told.apply(why))));
    looking = Optional.of(search);
    search.begin();
  }

  private void found(ModelEntry entry, Target target) {
    if (givenTo(entry)) {
      send(entry, target);
    }
  }

  private void send(ModelEntry entry, Target target) {
    if (over) {
      return;
    }
    Optional<Translation.Translated.Bad> bad = body.prepare(entry, target);
    if (bad.isPresent()) {
      refuse(bad.get().refused(), bad.get().param(), retryAfterLoading());
    } else {
      call(target);
    }
  }

  /**
   * Nothing takes it: waits as long as its client wants to, then says what is going on.
   *
   * @param refused what an instance has just said
   */
  private void hold(ModelEntry entry, Optional<Refused> refused) {
    tries.anew();
    timings.waits(System.nanoTime());
    holding.hold(entry, refused).ifPresent(this::giveUp);
  }

  private void call(Target target) {
    tries.count();
    sentAt = System.nanoTime();
    holding.sent(model, sentAt);
    timings.sent(sentAt);
    tries.sentTo(target);
    hops.to(target);
    Attempt next = new Attempt(this, target);
    underway.begin(next);
    next.start(
        body.answersOf(target, handler.ports().of(target.route())), body.forInstance(target));
    if (paused && !over) {
      next.pause();
    }
  }

  /** The attempt failed before the client saw anything of it. */
  void failedEarly(Attempt failed, Refused reason, boolean safeToRetry) {
    if (over) {
      return;
    }
    hops.failed(failed.target(), reason);
    timings.answered(System.nanoTime());
    tries.ended(reason);
    if (!underway.failed(failed)) {
      return;
    }
    if (isOldNews(reason)) {
      // Without a registry the instance's own word is all there is.
      search(why -> why.code() == ErrorCode.REGISTRY_UNAVAILABLE ? reason : why);
      return;
    }
    RouteSnapshot snapshot = handler.routes().snapshot();
    ModelEntry entry = snapshot.get(model);
    boolean mayGoOn = safeToRetry && tries.mayGoOn();
    Optional<Target> next =
        mayGoOn && entry != null ? tries.after(failed.target(), reason, entry) : Optional.empty();
    if (next.isPresent() && entry != null) {
      send(entry, next.get());
      return;
    }
    if (underway.fallBack()) {
      return;
    }
    Refused told = tries.toTell(reason);
    boolean mayHold = safeToRetry && request.lease().isEmpty() && tries.mayWait();
    ModelEntry other = mayHold ? switchedTo(snapshot, entry) : null;
    if (other != null) {
      tries.anew();
      goTo(other);
    } else if (mayHold && entry != null && Holding.mayPass(told)) {
      hold(entry, Optional.of(told));
    } else if (safeToRetry || told.code() == ErrorCode.ENGINE_FAILED) {
      // A replica would fail it alike, and another model need not.
      giveUp(told);
    } else {
      refuse(told, retryAfter(told));
    }
  }

  /**
   * The model cannot serve it, and nothing of an answer has been seen: another one may in its
   * place.
   */
  private void giveUp(Refused why) {
    Optional<ModelEntry> other =
        request.lease().isEmpty() && tries.mayGoElsewhere() && Fallbacks.mayServe(why)
            ? fallbacks.after(model, why, handler.routes().snapshot(), request.models())
            : Optional.empty();
    if (other.isPresent()) {
      tries.elsewhere();
      goTo(other.get());
    } else {
      Refused told = fallbacks.toTell(why);
      refuse(told, retryAfter(told));
    }
  }

  /**
   * Whether an instance let nobody in under the lease that may have moved on: this gateway may have
   * heard of the move later than the lease's holder. The registry knows; it is asked once.
   */
  private boolean isOldNews(Refused reason) {
    boolean notIts = reason.code() == ErrorCode.STALE_LEASE || reason.code() == ErrorCode.ENDED;
    return notIts && request.lease().isPresent() && looking.isEmpty() && tries.mayGoOn();
  }

  void whole(Attempt from, int status, List<Map.Entry<String, String>> headers, ByteBuf content) {
    underway.chosen(from);
    noteFirstByte();
    if (!answer.promisedStream()) {
      answer.whole(status, headers, how(from), content);
    } else if (status >= 400) {
      answer.errorAsEvent(content);
    } else {
      content.release();
      refuse(notTheStream(), Duration.ZERO);
      return;
    }
    finish(status < 400 ? "ok" : "engine_" + status);
  }

  private static Refused notTheStream() {
    return Refused.of(ErrorCode.ENGINE_FAILED, "the engine answered without the stream asked for");
  }

  void head(Attempt from, int status, List<Map.Entry<String, String>> headers, boolean events) {
    underway.chosen(from);
    if (answer.promisedStream() && !events) {
      from.cancel();
      refuse(notTheStream(), Duration.ZERO);
      return;
    }
    answer.head(status, headers, how(from), events);
  }

  /** What the client is told of its request's way. */
  private ClientAnswer.Way how(Attempt from) {
    long now = System.nanoTime();
    timings.answered(now);
    hops.answered(from.target());
    return new ClientAnswer.Way(
        from.target().instance(),
        tries.sent(),
        timings.queueMillis(now),
        timings.overheadMillis(now));
  }

  /** The engine is at work, on what its client is not shown. */
  void heard() {
    stillness.heard();
  }

  void bytes(ByteBuf bytes) {
    stillness.heard();
    noteFirstByte();
    answer.bytes(bytes);
  }

  /** The engine's part is over and was good. */
  void end(boolean addDone) {
    answer.end(addDone);
    finish("ok");
  }

  /** The answer broke off after its beginning was sent. */
  void failedLate(Refused reason, boolean events, boolean betweenEvents) {
    if (over) {
      return;
    }
    answer.breakOff(reason, events, betweenEvents);
    finish(reason.code().code());
  }

  /** One of its attempts has given its slot back. */
  void slotFreed() {
    if (request.lease().isEmpty()) {
      handler.waitingRoom().freed(model);
    }
  }

  /** One of its attempts got no slot. */
  void slotRefused() {
    if (request.lease().isEmpty()) {
      handler.waitingRoom().refused(model);
    }
  }

  /** Whether another attempt may still bring a better answer than an engine's error. */
  boolean hasAnother() {
    return underway.isDouble();
  }

  /** Whether another model may answer in place of one whose engine fails the request. */
  boolean hasFallback() {
    return request.lease().isEmpty()
        && tries.mayGoElsewhere()
        && (fallbacks.taken()
            || fallbacks.hasNext(model, handler.routes().snapshot(), request.models()));
  }

  RoutingSettings routing() {
    return handler.settings().routing();
  }

  Outcomes outcomes() {
    return handler.outcomes();
  }

  Endpoint endpoint() {
    return request.endpoint();
  }

  String requestId() {
    return request.requestId();
  }

  int heldAnswerBytes() {
    return handler.settings().heldAnswerBytes();
  }

  private void refuse(Refused refused, Duration retryAfter) {
    refuse(refused, "", retryAfter);
  }

  private void refuse(Refused refused, String param, Duration retryAfter) {
    if (over) {
      return;
    }
    answer.refuse(refused, param, retryAfter);
    finish(refused.code().code());
  }

  private Duration retryAfterLoading() {
    return handler.settings().loadingRetryAfter();
  }

  /** At least as long as the line is now, where there is one. */
  private Duration retryAfter(Refused refused) {
    Duration least = handler.settings().retryAfter(refused.code());
    Duration line = handler.waitingRoom().untilServed(model);
    return line.compareTo(least) > 0 ? line : least;
  }

  /** A name that nobody has deployed must not become a label of a metric. */
  private void forgetUnknownModel() {
    if (!resolved && handler.routes().snapshot().get(model) == null) {
      model = "";
    }
  }

  private void noteFirstByte() {
    if (firstByteAt == 0) {
      firstByteAt = System.nanoTime();
      if (body.stream()) {
        handler.firstTokens().seen(model, firstByteAt, firstByteAt - sentAt);
      }
    }
  }

  private void finish(String code) {
    if (over) {
      return;
    }
    over = true;
    forgetUnknownModel();
    holding.leave();
    looking.ifPresent(LeaseSearch::end);
    underway.cancel();
    if (code.equals("ok")) {
      shadows.ifPresent(all -> all.answered(request, model, ThreadLocalRandom.current()));
    }
    body.release();
    long now = System.nanoTime();
    hops.over(request.requestId(), model, code, firstByteAt, now);
    handler.recent().add(recent(code, now));
    handler
        .metrics()
        .ended(
            request.endpoint(),
            model,
            code,
            Duration.ofNanos(firstByteAt == 0 ? -1 : firstByteAt - started),
            Duration.ofNanos(now - started));
  }

  private RecentRequest recent(String code, long now) {
    return new RecentRequest(
        request.requestId(),
        request.sender().key(),
        request.endpoint().path(),
        model,
        code,
        Instant.now(),
        hops.millis(now),
        firstByteAt == 0 ? -1 : hops.millis(firstByteAt),
        timings.queueMillis(now),
        timings.instanceMillis(now),
        timings.overheadMillis(firstByteAt == 0 ? now : firstByteAt),
        hops.tries());
  }
}
