package io.remuda.registry.lease;

import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.TimerScheduler;
import akka.persistence.typed.javadsl.Effect;
import akka.persistence.typed.javadsl.EffectFactories;
import io.remuda.protocol.LeaseProtocol.Command;
import io.remuda.protocol.id.LeaseId;
import io.remuda.registry.model.Surroundings;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What one lease's actor does with what was decided: writes it, remembers it, and says what rests
 * on it, to others and to whoever waits. Belongs to one actor.
 */
final class LeaseSteps {

  private final ActorContext<Command> context;
  private final TimerScheduler<Command> timers;
  private final EffectFactories<LeaseEvent, LeaseState> effects;
  private final LeaseErrands errands;
  private final LeaseCallers callers;
  private final LeaseMeasure measure;
  private final Clock clock;
  private LeaseSoft soft;
  private boolean writing;

  /** What was said of that. */
  private List<LeaseOrder> said = List.of();

  LeaseSteps(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      EffectFactories<LeaseEvent, LeaseState> effects,
      LeaseId id,
      Surroundings around,
      LeaseErrands errands,
      LeaseCallers callers) {
    this.context = context;
    this.timers = timers;
    this.effects = effects;
    this.errands = errands;
    this.callers = callers;
    this.measure = new LeaseMeasure(around.meters().leases());
    this.clock = around.clock();
    this.soft = LeaseSoft.begun(LeaseState.empty(id), clock.instant());
  }

  /** The journal was read to its end. */
  void begin(LeaseState state) {
    soft = LeaseSoft.begun(state, clock.instant());
    measure.readBack(state);
    measure.stands(state, soft, clock.instant());
  }

  /** The actor ends, perhaps before it knows whether its wish is written. */
  void end(LeaseState state) {
    measure.gone(state);
    LeaseOrderDecider.takenBack(state, said).forEach(order -> errands.send(state, order));
  }

  /** What is remembered of the lease. */
  LeaseSoft soft() {
    return soft;
  }

  /** Whether something is being written of which nobody knows yet whether it is. */
  boolean isWriting() {
    return writing;
  }

  Effect<LeaseEvent, LeaseState> carryOut(LeaseState state, LeaseDecision decision) {
    if (!decision.events().isEmpty()) {
      return write(state, decision, next -> {});
    }
    remember(state, decision.soft());
    if (decision.say()) {
      say(state, false);
    }
    answer(state);
    return effects.none();
  }

  /**
   * Writes, then says what rests on it; what rests on another one's journal, or holds without it
   * too, is said meanwhile. Of all that nobody is answered before it is written.
   */
  Effect<LeaseEvent, LeaseState> write(
      LeaseState state, LeaseDecision decision, Consumer<LeaseState> then) {
    Instant now = clock.instant();
    List<LeaseOrder> ahead = LeaseOrderDecider.ahead(state, decision, now);
    LeaseState meant = state.on(decision.events());
    // Its machines count from here on, however long the write takes.
    LeaseSoft known = LeaseOrderDecider.said(decision.soft(), ahead, now);
    ahead.forEach(order -> errands.send(meant, order));
    writing = true;
    said = ahead;
    return effects
        .persist(decision.events())
        .thenRun(
            next -> {
              writing = false;
              said = List.of();
              decision.events().forEach(event -> context.getLog().info("event={}", event.text()));
              measure.written(decision.events());
              remember(next, known);
              then.accept(next);
              if (decision.say()) {
                say(next, false, ahead);
              }
              answer(next);
            });
  }

  void remember(LeaseState state, LeaseSoft next) {
    boolean other = !next.deadline().equals(soft.deadline());
    soft = next;
    measure.stands(state, soft, clock.instant());
    if (other) {
      timeLeft();
    }
  }

  private void timeLeft() {
    Optional<Instant> until = soft.deadline();
    if (until.isEmpty()) {
      timers.cancel(LeaseMessage.Look.DEADLINE);
      return;
    }
    Duration left = Duration.between(clock.instant(), until.get());
    timers.startSingleTimer(
        LeaseMessage.Look.DEADLINE,
        LeaseMessage.Look.DEADLINE,
        left.isNegative() ? Duration.ZERO : left.plusMillis(1));
  }

  void say(LeaseState state, boolean repeat) {
    say(state, repeat, List.of());
  }

  private void say(LeaseState state, boolean repeat, List<LeaseOrder> ahead) {
    Instant now = clock.instant();
    List<LeaseOrder> orders = LeaseOrderDecider.orders(state, soft, now, repeat);
    soft = LeaseOrderDecider.said(soft, orders, now);
    orders.stream()
        .filter(order -> !ahead.contains(order))
        .forEach(order -> errands.send(state, order));
  }

  /** Whoever waits is answered once it is ready, or over. */
  private void answer(LeaseState state) {
    if (callers.isEmpty() || !(soft.isReady() || state.end().isPresent())) {
      return;
    }
    callers.answer(LeaseOutlook.reply(state, soft));
  }
}
