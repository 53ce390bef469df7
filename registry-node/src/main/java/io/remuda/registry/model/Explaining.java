package io.remuda.registry.model;

import akka.actor.typed.javadsl.ActorContext;
import io.remuda.protocol.FleetProtocol;
import io.remuda.protocol.RegistryProtocol;
import io.remuda.protocol.RegistryProtocol.Explained;
import io.remuda.protocol.model.Explanation;
import io.remuda.registry.model.RegistryMessage.HistoryRead;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Answers why a deployment stands where it does: its outlook, a verdict for each machine, and the
 * newest of its events, which are read from the journal first. Without them in time the rest is
 * told.
 */
final class Explaining {

  private static final int HISTORY_SHOWN = 200;
  private static final Duration HISTORY_LIMIT = Duration.ofSeconds(5);

  private final ActorContext<RegistryProtocol.Command> context;
  private final Surroundings around;

  Explaining(ActorContext<RegistryProtocol.Command> context, Surroundings around) {
    this.context = context;
    this.around = around;
  }

  /** Reads the story; it comes back as {@link HistoryRead}. */
  void read(RegistryProtocol.Explain wish) {
    context.ask(
        FleetProtocol.Events.class,
        around.view(),
        HISTORY_LIMIT,
        replyTo ->
            new FleetProtocol.ReadNewest(HISTORY_SHOWN, Optional.of(wish.name().value()), replyTo),
        (events, failure) -> new HistoryRead(wish, Optional.ofNullable(events)));
  }

  static void answer(Sight sight, HistoryRead read) {
    read.wish().replyTo().tell(explained(sight, read));
  }

  private static Explained explained(Sight sight, HistoryRead read) {
    ModelState state = sight.state();
    if (state.declaration().isEmpty()) {
      return new Explained(Optional.empty(), Optional.of(ModelDecider.unknown(state)));
    }
    Outlook outlook = Outlook.of(sight);
    return new Explained(
        Optional.of(
            new Explanation(
                state.name(),
                outlook.phase(),
                outlook.reason(),
                Outlook.verdicts(sight),
                read.events().map(FleetProtocol.Events::events).orElse(List.of()))),
        Optional.empty());
  }
}
