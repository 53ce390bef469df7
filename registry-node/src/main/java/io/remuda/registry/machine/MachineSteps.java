package io.remuda.registry.machine;

import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.TimerScheduler;
import akka.persistence.typed.javadsl.Effect;
import akka.persistence.typed.javadsl.EffectFactories;
import io.remuda.protocol.FleetProtocol;
import io.remuda.protocol.MachineProtocol.Command;
import io.remuda.protocol.MachineProtocol.Reply;
import io.remuda.protocol.id.MachineId;
import io.remuda.registry.fleet.FleetMessage;
import io.remuda.registry.model.Surroundings;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * What a machine's owner does with what was decided: writes it, tells the fleet views, and answers
 * whoever asked once the machine obeys. Belongs to one actor.
 */
final class MachineSteps {

  private final ActorContext<Command> context;
  private final TimerScheduler<Command> timers;
  private final EffectFactories<MachineEvent, MachineState> effects;
  private final MachineId machine;
  private final Surroundings around;
  private final Obedience obedience;
  private final MachineReplies replies;
  private final Set<ActorRef<FleetProtocol.Command>> views = new HashSet<>();
  private Optional<ActorRef<Reply>> unanswered = Optional.empty();

  MachineSteps(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      EffectFactories<MachineEvent, MachineState> effects,
      MachineId machine,
      Surroundings around,
      Obedience obedience,
      MachineReplies replies) {
    this.context = context;
    this.timers = timers;
    this.effects = effects;
    this.machine = machine;
    this.around = around;
    this.obedience = obedience;
    this.replies = replies;
  }

  boolean isKnown(MachineState state) {
    return state.sequence() > 0
        || obedience.hasAgent()
        || around.fleet().snapshot().machine(machine).isPresent();
  }

  /** Something that changes nothing here. */
  Effect<MachineEvent, MachineState> aside(Runnable act) {
    act.run();
    return effects.none();
  }

  Effect<MachineEvent, MachineState> get(MachineState state, ActorRef<Reply> caller) {
    return aside(() -> caller.tell(isKnown(state) ? replies.shown(state) : replies.unknown()));
  }

  /** {@code change} of the GPU that somebody has named by its UUID or its index. */
  Effect<MachineEvent, MachineState> onGpu(
      MachineState state,
      String named,
      ActorRef<Reply> caller,
      Function<String, Effect<MachineEvent, MachineState>> change) {
    if (!isKnown(state)) {
      return aside(() -> caller.tell(replies.unknown()));
    }
    Optional<String> uuid = MachineDecider.gpu(state, replies.gpus(), named);
    return uuid.isEmpty()
        ? aside(() -> caller.tell(replies.unknownGpu(named)))
        : change.apply(uuid.get());
  }

  /** Without an event nothing is written; decided before does not mean obeyed. */
  Effect<MachineEvent, MachineState> change(
      MachineState state, Optional<MachineEvent> event, ActorRef<Reply> caller) {
    if (!isKnown(state)) {
      return aside(() -> caller.tell(replies.unknown()));
    }
    if (event.isEmpty()) {
      return aside(() -> answerWhenObeyed(state, caller));
    }
    unanswered = Optional.of(caller);
    long started = System.nanoTime();
    return effects
        .persist(event.get())
        .thenRun(
            next -> {
              unanswered = Optional.empty();
              around.meters().written(Duration.ofNanos(System.nanoTime() - started));
              context.getLog().info("event={}", event.get().text());
              views.forEach(view -> view.tell(decided(next)));
              answerWhenObeyed(next, caller);
            });
  }

  private void answerWhenObeyed(MachineState state, ActorRef<Reply> caller) {
    if (obedience.obeys(state)) {
      caller.tell(replies.obeyed(state));
      return;
    }
    obedience.await(state, caller);
    timers.startSingleTimer(
        caller, new MachineActor.Waited(caller), around.settings().cordonTimeout());
  }

  /** Each view that has seen the machine is told what was decided, now and from now on. */
  void tells(MachineState state, ActorRef<FleetProtocol.Command> view) {
    if (views.add(view)) {
      context.watchWith(view, new MachineActor.ViewGone(view));
    }
    view.tell(decided(state));
  }

  void gone(ActorRef<FleetProtocol.Command> view) {
    views.remove(view);
  }

  private FleetMessage.MachineDecided decided(MachineState state) {
    return new FleetMessage.MachineDecided(
        machine, state.sequence(), state.cordoned(), state.draining(), state.drainingGpus());
  }

  /** The actor ends. */
  void end() {
    unanswered.ifPresent(
        caller -> {
          around.storeDown().run();
          caller.tell(replies.unconfirmed());
        });
    // Their changes are in the journal; the machine will be told from elsewhere.
    obedience.giveUpAll(replies.untold());
  }
}
