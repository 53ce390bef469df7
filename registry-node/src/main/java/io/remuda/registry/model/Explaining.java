package io.remuda.registry.model;

import akka.actor.typed.javadsl.ActorContext;
import io.remuda.protocol.FleetProtocol;
import io.remuda.protocol.RegistryProtocol;
import io.remuda.protocol.RegistryProtocol.Explained;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.model.EventView;
import io.remuda.protocol.model.Explanation;
import io.remuda.protocol.model.Explanation.Placed;
import io.remuda.registry.fleet.FleetMessage;
import io.remuda.registry.model.InstanceEvent.InstanceAssigned;
import io.remuda.registry.model.RegistryMessage.HistoryRead;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Answers why a deployment stands where it does: its outlook, why each instance is where it is, a
 * verdict for each machine, and the newest of its events. Events and placements are read from the
 * journal first; without them in time the rest is told.
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
  void read(ModelState state, RegistryProtocol.Explain wish) {
    // An instance's number is that of the event that placed it.
    Set<Long> placements =
        state.instances().keySet().stream().map(InstanceId::number).collect(Collectors.toSet());
    context.ask(
        FleetProtocol.Events.class,
        around.view(),
        HISTORY_LIMIT,
        replyTo -> new FleetMessage.ReadStory(state.name(), HISTORY_SHOWN, placements, replyTo),
        (events, failure) -> new HistoryRead(wish, Optional.ofNullable(events)));
  }

  static void answer(Sight sight, HistoryRead read) {
    read.wish().replyTo().tell(explained(sight, read));
  }

  private static Explained explained(Sight sight, HistoryRead read) {
    ModelState state = sight.state();
    if (state.declaration().isEmpty() || state.alias().isPresent()) {
      return new Explained(Optional.empty(), Optional.of(ModelDecider.unknown(state)));
    }
    List<EventView> story = read.events().map(FleetProtocol.Events::events).orElse(List.of());
    Outlook outlook = Outlook.of(sight);
    return new Explained(
        Optional.of(
            new Explanation(
                    state.name(),
                    outlook.phase(),
                    outlook.reason(),
                    Outlook.missing(sight),
                    placed(sight, story),
                    MakeRoom.verdicts(sight),
                    story,
                    ScaleDecider.view(sight))
                .withinOneMessage()),
        Optional.empty());
  }

  private static List<Placed> placed(Sight sight, List<EventView> story) {
    Map<String, EventView> placements =
        story.stream()
            .filter(event -> event.kind().equals(InstanceAssigned.class.getSimpleName()))
            .collect(
                Collectors.toMap(
                    event -> event.details().getOrDefault("instance", ""),
                    Function.identity(),
                    (first, second) -> second));
    return Outlook.instances(sight).stream()
        .map(
            view ->
                new Placed(
                    view,
                    Optional.ofNullable(sight.state().instances().get(view.instance()))
                        .map(Instance::assignedAt)
                        .orElseGet(sight::now),
                    Optional.ofNullable(placements.get(view.instance().toString()))
                        .map(EventView::text)
                        .orElse("the journal could not be asked in time why it was placed there"),
                    Optional.ofNullable(placements.get(view.instance().toString()))
                        .map(EventView::weighed)
                        .orElse(List.of())))
        .toList();
  }
}
