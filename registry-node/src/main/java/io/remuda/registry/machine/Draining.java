package io.remuda.registry.machine;

import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.ActorContext;
import akka.persistence.typed.javadsl.Effect;
import io.remuda.protocol.MachineProtocol;
import io.remuda.protocol.MachineProtocol.Command;
import io.remuda.protocol.MachineProtocol.Reply;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.Departure;
import io.remuda.registry.model.Surroundings;
import java.util.List;
import java.util.Optional;

/**
 * Carries out drains of a machine or of one of its GPUs, and tells what a drain or a loss would
 * come to. Belongs to one actor.
 */
final class Draining {

  private final ActorContext<Command> context;
  private final MachineId machine;
  private final Surroundings around;
  private final MachineReplies replies;
  private final MachineSteps steps;
  private final Foreseeing foreseeing;

  Draining(
      ActorContext<Command> context,
      MachineId machine,
      Surroundings around,
      MachineReplies replies,
      MachineSteps steps) {
    this.context = context;
    this.machine = machine;
    this.around = around;
    this.replies = replies;
    this.steps = steps;
    this.foreseeing = new Foreseeing(context.getSystem(), around);
  }

  /** Not forced, it is asked first whether all that runs there has another place. */
  Effect<MachineEvent, MachineState> drain(
      MachineState state, Optional<String> gpu, boolean force, ActorRef<Reply> caller) {
    Optional<MachineEvent> event = MachineDecider.drain(state, gpu, around.clock().instant());
    if (!steps.isKnown(state) || event.isEmpty() || force) {
      return steps.change(state, event, caller);
    }
    Departure departure = new Departure(machine, Departure.Kind.DRAIN, gpu);
    long version = state.sequence();
    return steps.aside(
        () ->
            context.pipeToSelf(
                foreseeing.of(departure),
                (seen, failure) -> new MachineActor.Looked(departure, version, seen, caller)));
  }

  /** Who changed the machine in the meantime spoke last, and is not overruled. */
  Effect<MachineEvent, MachineState> looked(MachineState state, MachineActor.Looked looked) {
    Optional<MachineEvent> event =
        MachineDecider.drain(state, looked.departure().gpu(), around.clock().instant());
    Optional<Refused> refused =
        MachineDecider.changedSince(state, looked.version())
            .or(looked.foreseen()::refused)
            .or(() -> MachineDecider.lastPlace(machine, looked.foreseen().forecasts()));
    // What somebody else has drained by now is as it was wanted.
    return event.isPresent() && refused.isPresent()
        ? steps.aside(() -> looked.caller().tell(new Reply(Optional.empty(), refused)))
        : steps.change(state, event, looked.caller());
  }

  Effect<MachineEvent, MachineState> foresee(MachineState state, MachineProtocol.Foresee wish) {
    Optional<String> gpu =
        wish.gpu().flatMap(named -> MachineDecider.gpu(state, replies.gpus(), named));
    Optional<Reply> refused =
        !steps.isKnown(state)
            ? Optional.of(replies.unknown())
            : wish.gpu().filter(named -> gpu.isEmpty()).map(replies::unknownGpu);
    return steps.aside(
        () -> {
          if (refused.isPresent()) {
            wish.replyTo().tell(new MachineProtocol.Foreseen(List.of(), refused.get().refused()));
          } else {
            foreseeing
                .of(new Departure(machine, wish.kind(), gpu))
                .thenAccept(seen -> wish.replyTo().tell(seen));
          }
        });
  }
}
