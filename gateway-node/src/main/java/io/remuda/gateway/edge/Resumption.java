package io.remuda.gateway.edge;

import io.netty.buffer.ByteBuf;
import io.remuda.gateway.dialect.AnswerKind;
import io.remuda.gateway.dialect.ContinuedBody;
import io.remuda.gateway.dialect.ContinuedChunks;
import io.remuda.gateway.edge.ResumeObjection.Kind;
import io.remuda.gateway.routing.ModelEntry;
import io.remuda.gateway.routing.Target;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.bytes.InferencePort;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How one stream of plain text goes on at another instance when its engine goes in the middle of
 * it: its text so far is kept within a bound, and another instance of the same version is asked for
 * the rest. What cannot be resumed ends with the error that it broke with, and says why it was not.
 * Lives on one loop.
 */
final class Resumption {

  private final InferenceHandler handler;
  private final ClientRequest request;
  private final InstanceBody body;
  private final Inference inference;
  private final boolean copy;
  private final Optional<AnswerKind> kind;
  private final Successors successors;
  private @Nullable SentText sent;
  private @Nullable Holding waiting;

  /** What it broke with; empty while an engine is at it. */
  private Optional<Refused> broke = Optional.empty();

  private int seams;

  /** Engines that were asked for the rest and went: perhaps by this request's doing. */
  private int gone;

  /**
   * @param copy whether it is a shadow, for whose answer nobody waits
   */
  Resumption(
      InferenceHandler handler,
      ClientRequest request,
      InstanceBody body,
      Tries tries,
      Inference inference,
      boolean copy) {
    this.handler = handler;
    this.request = request;
    this.body = body;
    this.inference = inference;
    this.copy = copy;
    this.kind = Dialects.mended(request.endpoint());
    this.successors = new Successors(handler.settings(), request, tries, kind);
  }

  /**
   * An instance has begun a stream; or the rest of one, whose head the client has.
   *
   * @param entry of its model
   * @return whether it is the rest
   */
  boolean begins(Target target, @Nullable ModelEntry entry) {
    if (broke.isPresent()) {
      broke = Optional.empty();
      handler.metrics().resumed(body.model());
      return true;
    }
    successors.begins(target);
    boolean kept =
        !copy
            && settings().resumes() > 0
            && kind.isPresent()
            && successors.any(entry)
            && body.beyondText(target).isEmpty();
    if (kept) {
      sent = new SentText(kind.get(), settings().resumedTextBytes());
    }
    return false;
  }

  /** What the client gets now of the bytes that came. */
  ByteBuf whole(ByteBuf bytes) {
    SentText kept = sent;
    return kept == null ? bytes : kept.whole(bytes);
  }

  /** What was held back, when its engine has closed the stream; the caller's. */
  @Nullable ByteBuf rest() {
    SentText kept = sent;
    return kept == null ? null : kept.rest();
  }

  /** Whether it has broken off, and nobody has gone on with it yet. */
  boolean isResuming() {
    return broke.isPresent();
  }

  /** What came of the stream, where that was all of it when its engine went. */
  Optional<SentText> finished(Refused why) {
    return Optional.ofNullable(sent)
        .filter(text -> why.code() == ErrorCode.ENGINE_GONE && text.isFinished());
  }

  /**
   * It broke off: another instance is asked for the rest; or what the client is told where none is.
   */
  Optional<Refused> broke(Target target, Refused why) {
    if (why.code() != ErrorCode.ENGINE_GONE) {
      return Optional.of(why);
    }
    if (seams > 0) {
      gone++;
    }
    Optional<ResumeObjection> objection = objection(target);
    if (objection.isPresent()) {
      return Optional.of(given(why, objection.get()));
    }
    // The event that it broke in belongs to nobody: whoever goes on says it anew.
    java.util.Objects.requireNonNull(sent).release();
    broke = Optional.of(why);
    seams++;
    successors.broke(target);
    waiting = patience();
    return next();
  }

  /**
   * An instance did not begin with the rest; as {@link #broke}. One whose engine went counts as if
   * it had begun, so that a request that ends engines ends no more of them than one that streams.
   */
  Optional<Refused> failed(Target target, Refused why) {
    if (why.code() == ErrorCode.BUSY) {
      successors.full(target, why);
      return next();
    }
    successors.failed(target);
    if (why.code() == ErrorCode.ENGINE_FAILED) {
      return Optional.of(
          givenUp(Kind.ENGINE, "the engine of " + target.instance() + " failed at it"));
    }
    if (why.code() == ErrorCode.ENGINE_GONE) {
      gone++;
    }
    return gone < settings().resumes()
        ? next()
        : Optional.of(givenUp(Kind.OFTEN, "it was tried %d times".formatted(gone)));
  }

  /** The engine of an instance refuses to go on: others would refuse it alike. */
  Refused refused(Target target, int status) {
    return givenUp(
        Kind.ENGINE, "the engine of %s answered %d to it".formatted(target.instance(), status));
  }

  /** Its request is over. */
  void end() {
    broke = Optional.empty();
    if (waiting != null) {
      waiting.leave();
    }
    if (sent != null) {
      sent.release();
    }
  }

  private Optional<ResumeObjection> objection(Target target) {
    SentText kept = sent;
    return ResumePolicy.objection(
        new ResumePolicy.Broken(
            settings().resumes(),
            gone,
            kind,
            body.beyondText(target),
            kept != null,
            kept == null ? Optional.empty() : kept.objection(),
            kept == null ? Optional.empty() : question(kept, target)));
  }

  /** Asked of what the engine was, which is what another one would be asked for the rest of. */
  private Optional<String> question(SentText kept, Target target) {
    return kind.flatMap(
        of ->
            body.asked(target)
                .map(tree -> ContinuedBody.objection(of, tree, kept.tokens()))
                .orElseGet(() -> Optional.of("its body is not JSON in UTF-8")));
  }

  /** It has had its turn in line, so that it does not go behind those who wait, but for room. */
  private Optional<Refused> next() {
    ModelEntry entry = handler.routes().snapshot().get(body.model());
    if (entry == null) {
      return Optional.of(givenUp(Kind.GONE, "its model is gone"));
    }
    Optional<Target> target = successors.next(entry);
    if (target.isPresent()) {
      goOn(target.get());
      return Optional.empty();
    }
    return waits(entry) ? Optional.empty() : Optional.of(givenUp(successors.none()));
  }

  /** Whether it waits for room, where that is all that is missing. */
  private boolean waits(ModelEntry entry) {
    Holding patience = waiting;
    if (patience == null || successors.busy().isEmpty() || request.lease().isPresent()) {
      return false;
    }
    return patience.hold(entry, successors.busy()).isEmpty();
  }

  private void called() {
    if (broke.isPresent()) {
      successors.anew();
      next().ifPresent(inference::breakOff);
    }
  }

  private Holding patience() {
    ClientRequest patient =
        new ClientRequest(
            request.endpoint(),
            request.model(),
            request.headers(),
            request.body(),
            request.requestId(),
            request.models(),
            Optional.of(settings().resumeWait()),
            request.loop(),
            request.lease(),
            request.sender());
    return new Holding(handler, patient, System.nanoTime(), this::called);
  }

  private void goOn(Target target) {
    SentText kept = java.util.Objects.requireNonNull(sent);
    AnswerKind of = kind.orElseThrow();
    String instance = target.instance().toString();
    InferencePort port =
        RetoldAnswer.behind(
            body.answersOf(target, inference.port(target)),
            () ->
                new ContinuedTelling(
                    new ContinuedChunks(kept.head(), kept.tokens(), seams, instance),
                    "resumed at " + instance),
            Endpoint.Dialect.OPENAI,
            true,
            settings().translatedAnswerBytes());
    inference.goOn(target, port, body.rest(target, of, kept.text(), kept.tokens()));
  }

  private Refused givenUp(Kind kind, String why) {
    return givenUp(new ResumeObjection(kind, why));
  }

  private Refused givenUp(ResumeObjection why) {
    Refused reason = broke.orElseThrow();
    broke = Optional.empty();
    return given(reason, why);
  }

  private Refused given(Refused reason, ResumeObjection why) {
    handler.metrics().notResumed(body.model(), why.kind().label());
    return Refused.of(reason.code(), reason.message() + "; it was not resumed: " + why.words());
  }

  private InferenceSettings settings() {
    return handler.settings();
  }
}
