package io.remuda.gateway.edge;

import io.remuda.gateway.routing.Target;
import java.util.Optional;

/**
 * What is looked after of one request while it is under way: a client that waits for a stream is
 * told how its model stands, a request whose machine is out of sight gets another instance, and an
 * answer of which nothing more comes from there is ended. Lives on one loop.
 */
final class Lookout {

  private final InferenceHandler handler;
  private final InstanceBody body;
  private final ClientAnswer answer;
  private final Course course;
  private final Resumption resumption;
  private final Underway underway;
  private final Stillness stillness = new Stillness();

  Lookout(
      InferenceHandler handler,
      InstanceBody body,
      ClientAnswer answer,
      Course course,
      Resumption resumption,
      Underway underway) {
    this.handler = handler;
    this.body = body;
    this.answer = answer;
    this.course = course;
    this.resumption = resumption;
    this.underway = underway;
  }

  /** The engine is at work. */
  void heard() {
    stillness.heard();
  }

  /** A sign of life for a client that waits for a stream; false when there is no place for it. */
  boolean comment() {
    Attempt current = underway.current();
    return body.stream()
        && course.tries().any()
        && answer.comment(current == null || current.betweenEvents());
  }

  /**
   * To be called again and again.
   *
   * @return an instance that it is to be sent to as well
   */
  Optional<Target> look() {
    Attempt waiting = underway.current();
    if (waiting == null) {
      if (body.stream() && !resumption.isResuming()) {
        course.news().ifPresent(answer::comment);
      }
      return Optional.empty();
    }
    if (waiting.hasBegun() || resumption.isResuming()) {
      endIfCutOff(waiting);
      return Optional.empty();
    }
    return course.insteadOf(waiting.target());
  }

  private void endIfCutOff(Attempt begun) {
    boolean inSight = handler.routes().snapshot().isInSight(begun.target().route().machine());
    long still = stillness.look(!inSight && !underway.isPaused(), System.nanoTime());
    if (still > handler.settings().cutOffLimit().toNanos()) {
      begun.cutOff();
    }
  }
}
