package io.remuda.gateway.edge;

import io.netty.buffer.ByteBuf;
import io.remuda.gateway.routing.Target;
import io.remuda.protocol.Refused;
import io.remuda.protocol.bytes.InferencePort;
import io.remuda.protocol.bytes.InferenceRequest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One request to a model, from its body to the last byte of its answer: what becomes of its
 * attempts, and what its client sees of them. Where it goes next its {@link Course} says until an
 * answer has begun, and its {@link Resumption} when one broke off. Lives on one loop.
 */
final class Inference implements AnswerInProgress {

  private final InferenceHandler handler;
  private final ClientRequest request;
  private final InstanceBody body;
  private final ClientAnswer answer;
  private final Underway underway = new Underway();
  private final Optional<Shadows> shadows;
  private final Account account;
  private final Course course;
  private final Resumption resumption;
  private final Lookout lookout;
  private final Metered metered;
  private boolean over;

  /**
   * @param shadows that are told when it was answered; empty for a shadow
   */
  Inference(
      InferenceHandler handler, ClientRequest request, AnswerSink sink, Optional<Shadows> shadows) {
    long started = System.nanoTime();
    this.handler = handler;
    this.request = request;
    this.shadows = shadows;
    this.body = new InstanceBody(request, handler.settings().translatedAnswerBytes());
    this.answer = new ClientAnswer(request, sink);
    this.metered = new Metered(handler, request, body, shadows.isPresent());
    this.account = new Account(handler, request, started);
    this.course = new Course(handler, request, body, this, account, started, shadows.isEmpty());
    this.resumption =
        new Resumption(handler, request, body, course.tries(), this, shadows.isEmpty());
    this.lookout = new Lookout(handler, body, answer, course, resumption, underway);
  }

  void start() {
    Optional<Refused> refused = body.read(handler.translations());
    course.read();
    if (refused.isPresent()) {
      refuse(refused.get(), Duration.ZERO);
    } else if (letIn()) {
      course.begin();
    }
  }

  /** As far as its sender's limits go. */
  private boolean letIn() {
    Metering.Admission admission = metered.admit();
    answer.limits(admission.headers());
    admission.refused().ifPresent(why -> refuse(why, admission.retryAfter()));
    return admission.refused().isEmpty();
  }

  boolean isOver() {
    return over;
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
    underway.pause();
  }

  @Override
  public void resume() {
    underway.resume();
  }

  @Override
  public boolean comment() {
    return !over && lookout.comment();
  }

  @Override
  public void look() {
    Optional<Target> next = over ? Optional.empty() : lookout.look();
    if (next.isPresent()) {
      underway.keep();
      call(next.get());
    }
  }

  /** Sends it to the instance, for which its body was prepared. */
  void call(Target target) {
    course.sent(target, sent(target));
    start(target, body.answersOf(target, port(target)), body.forInstance(target));
  }

  /** The way to the instance, on which what it takes is counted. */
  InferencePort port(Target target) {
    return metered.over(target, handler.ports().of(target.route()));
  }

  /** Sends the instance a question for the rest of an answer that broke off. */
  void goOn(Target target, InferencePort port, InferenceRequest rest) {
    sent(target);
    start(target, port, rest);
  }

  private long sent(Target target) {
    long now = System.nanoTime();
    account.sent(target, now);
    return now;
  }

  private void start(Target target, InferencePort port, InferenceRequest question) {
    underway.start(new Attempt(this, handler, request, target), port, question);
  }

  /** The attempt failed before the client saw anything of it. */
  void failedEarly(Attempt failed, Refused reason, boolean safeToRetry) {
    if (over) {
      return;
    }
    account.failed(failed.target(), reason);
    course.tries().ended(reason);
    if (!underway.failed(failed)) {
      return;
    }
    if (resumption.isResuming()) {
      resumption.failed(failed.target(), reason).ifPresent(this::breakOff);
      return;
    }
    if (!course.asksAgain(reason)
        && !course.goesOn(failed.target(), reason, safeToRetry)
        && !underway.fallBack()) {
      course.exhausted(reason, safeToRetry);
    }
  }

  void whole(Attempt from, int status, List<Map.Entry<String, String>> headers, ByteBuf content) {
    underway.chosen(from);
    if (resumption.isResuming()) {
      content.release();
      breakOff(resumption.refused(from.target(), status));
      return;
    }
    account.bytes(course.model(), body.stream());
    if (!answer.promisedStream()) {
      answer.whole(status, headers, account.way(from.target(), course.tries().sent()), content);
    } else if (status >= 400) {
      answer.errorAsEvent(content);
    } else {
      content.release();
      refuse(Refusals.notTheStream(), Duration.ZERO);
      return;
    }
    finish(status < 400 ? "ok" : "engine_" + status);
  }

  void head(Attempt from, int status, List<Map.Entry<String, String>> headers, boolean events) {
    underway.chosen(from);
    if (answer.promisedStream() && !events) {
      from.cancel();
      refuse(Refusals.notTheStream(), Duration.ZERO);
      return;
    }
    boolean rest =
        events && resumption.begins(from.target(), handler.routes().snapshot().get(course.model()));
    if (rest) {
      account.answered(from.target());
    } else {
      answer.head(status, headers, account.way(from.target(), course.tries().sent()), events);
    }
  }

  /** The engine is at work, on what its client is not shown. */
  void heard() {
    lookout.heard();
  }

  /**
   * What may go to the client now of the bytes of a stream; the caller's, and perhaps nothing yet.
   */
  ByteBuf whole(ByteBuf bytes) {
    return resumption.whole(bytes);
  }

  /** What was held back of a stream that its engine has closed; the caller's. */
  @Nullable ByteBuf rest() {
    return resumption.rest();
  }

  void bytes(ByteBuf bytes) {
    lookout.heard();
    account.bytes(course.model(), body.stream());
    answer.bytes(bytes);
  }

  /** The engine's part is over and was good. */
  void end(boolean addDone) {
    answer.end(addDone);
    finish("ok");
  }

  /** The answer broke off after its beginning was sent. */
  void failedLate(Attempt from, Refused reason, boolean events, boolean betweenEvents) {
    if (over) {
      return;
    }
    if (!events) {
      answer.breakOff(reason, false, betweenEvents);
      finish(reason.code().code());
      return;
    }
    Optional<SentText> all = resumption.finished(reason);
    if (all.isPresent()) {
      // That its engine went then is nothing to the client.
      end(!all.get().isDone());
      return;
    }
    underway.failed(from);
    Optional<Refused> told = resumption.broke(from.target(), reason);
    if (told.isPresent()) {
      answer.breakOff(told.get(), true, betweenEvents);
      finish(reason.code().code());
    } else {
      account.broke(from.target(), reason);
    }
  }

  /** Nobody goes on with the answer that broke off; its client has whole events of it. */
  void breakOff(Refused reason) {
    if (!over) {
      answer.breakOff(reason, true, true);
      finish(reason.code().code());
    }
  }

  /** What an engine's error comes to where somebody else may answer; empty where it is told. */
  Optional<Refused> untold(Target target, int status) {
    if (status >= 500 && underway.isDouble()) {
      // The other attempt may still bring a better answer.
      return Optional.of(Refusals.engineGone(target.instance(), "answered " + status));
    }
    return status >= 500 && !resumption.isResuming() && course.hasFallback()
        ? Optional.of(Refusals.engineFailed(target.instance(), status))
        : Optional.empty();
  }

  void refuse(Refused refused, Duration retryAfter) {
    refuse(refused, "", retryAfter);
  }

  /**
   * @param param the field at fault, or nothing
   */
  void refuse(Refused refused, String param, Duration retryAfter) {
    if (over) {
      return;
    }
    answer.refuse(refused, param, retryAfter);
    finish(refused.code().code());
  }

  private void finish(String code) {
    if (over) {
      return;
    }
    over = true;
    String model = course.end();
    resumption.end();
    underway.cancel();
    if (code.equals("ok")) {
      shadows.ifPresent(all -> all.answered(request, model, handler.routes().snapshot()));
    }
    metered.over(model, code);
    body.release();
    account.over(model, code);
  }
}
