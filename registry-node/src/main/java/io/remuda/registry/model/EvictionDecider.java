package io.remuda.registry.model;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.InstanceReport;
import io.remuda.protocol.model.Keep;
import io.remuda.protocol.model.ModelDemand;
import io.remuda.protocol.model.PartWords;
import io.remuda.protocol.model.RolloutView.Stage;
import io.remuda.protocol.model.Scaling;
import io.remuda.registry.model.InstanceEvent.InstanceStopping;
import io.remuda.registry.model.RegistryMessage.GiveWay;
import io.remuda.registry.model.RegistryMessage.GiveWayAnswered;
import io.remuda.registry.model.RegistryMessage.GiveWayReply;
import io.remuda.registry.model.ScaleEvent.Autoscaled;
import io.remuda.registry.model.SwapEvent.GaveWay;
import io.remuda.registry.model.SwapEvent.Given;
import io.remuda.registry.placement.EvictionPolicy.Wish;
import io.remuda.registry.placement.StayPolicy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a name answers that is asked to give a place away, and what the one that asked makes of the
 * answer. Whoever asked saw an earlier world: here everything is weighed again.
 */
public final class EvictionDecider {

  private EvictionDecider() {}

  /**
   * What a wish comes to.
   *
   * @param events empty where the instance stays, where it is going for the same name already, and
   *     where it was only asked whether it would go
   * @param stays why it stays
   */
  public record Answer(List<ModelEvent> events, Optional<String> stays) {
    public Answer {
      events = List.copyOf(events);
    }

    static Answer stays(String why) {
      return new Answer(List.of(), Optional.of(why));
    }
  }

  /**
   * What is asked of an instance's owner.
   *
   * @param sounding whether it is only to say whether it would
   */
  public record Ask(
      InstanceId instance, ModelName to, int priority, boolean asked, boolean sounding) {
    static Ask of(GiveWay wish) {
      return new Ask(wish.instance(), wish.to(), wish.priority(), wish.asked(), wish.sounding());
    }
  }

  public static Answer giveWay(Sight sight, GiveWay wish) {
    return giveWay(sight, Ask.of(wish));
  }

  public static Answer giveWay(Sight sight, Ask wish) {
    ModelState state = sight.state();
    Instance instance = state.instances().get(wish.instance());
    if (instance == null || state.live().isEmpty()) {
      return Answer.stays("there is no such instance any more");
    }
    if (instance.stopping()) {
      return isGoingFor(state, wish)
          ? new Answer(List.of(), Optional.empty())
          : Answer.stays("is going already");
    }
    Optional<String> why = objection(sight, instance, wish);
    return why.map(Answer::stays)
        .orElseGet(
            () ->
                new Answer(
                    wish.sounding() ? List.of() : events(sight, instance, wish), Optional.empty()));
  }

  /**
   * What the owner of an instance remembers that goes: what is there already of the other name is
   * not what room was made for.
   */
  public static SoftState going(Sight sight, GiveWay wish) {
    return going(sight, Ask.of(wish));
  }

  public static SoftState going(Sight sight, Ask wish) {
    SoftState soft = sight.soft();
    Set<InstanceId> there =
        Optional.ofNullable(sight.state().instances().get(wish.instance()))
            .flatMap(instance -> sight.fleet().machine(instance.machine()))
            .stream()
            .flatMap(machine -> machine.report().instances().stream())
            .map(InstanceReport::id)
            .filter(id -> id.model().equals(wish.to()))
            .collect(Collectors.toSet());
    // The start that may be on its way must not delay the stop.
    return soft.sent(wish.instance(), Instant.EPOCH).with(soft.evictions().gave(there));
  }

  /** An answer was lost, and the same is asked again. */
  private static boolean isGoingFor(ModelState state, Ask wish) {
    return state
        .given()
        .filter(given -> given.id().equals(wish.instance()) && given.to().equals(wish.to()))
        .isPresent();
  }

  private static Optional<String> objection(Sight sight, Instance instance, Ask wish) {
    ModelState state = sight.state();
    if (!sight.ahead().isEmpty()) {
      return Optional.of("its journal is older than the fleet");
    }
    if (state.isSelfRegistered()) {
      return Optional.of("its machine has it by itself");
    }
    if (state.rollout().filter(on -> on.stage() != Stage.HALTED).isPresent()) {
      return Optional.of("is being updated");
    }
    Optional<InstanceReport> report = sight.report(instance).filter(any -> sight.ready(instance));
    if (report.isEmpty()) {
      return Optional.of("is " + sight.phase(instance));
    }
    if (sight.leased(instance)) {
      return Optional.of("a lease has it");
    }
    if (LingerDecider.spare(sight) > 0) {
      // One more than anybody but the next lease wants, whatever the name is worth.
      return ShareRoom.isIdle(sight, instance)
          ? Optional.empty()
          : Optional.of("works on requests");
    }
    return StayPolicy.stays(
        report.get(), MakeRoom.keep(state), sight.fleet().demand(state.name()), asked(sight, wish));
  }

  private static Wish asked(Sight sight, Ask wish) {
    return new Wish(wish.to(), wish.priority(), wish.asked(), sight.policy().evict().idle());
  }

  private static List<ModelEvent> events(Sight sight, Instance instance, Ask wish) {
    ModelState state = sight.state();
    Instant now = sight.now();
    Keep keep = MakeRoom.keep(state);
    boolean spare = LingerDecider.spare(sight) > 0;
    String why =
        "%s, and it was %s; its %s"
            .formatted(
                wish.asked() ? "requests wait for it" : "it is missing an instance",
                spare ? "kept for the next lease alone" : "idle",
                PartWords.priorities(keep.priority(), wish.to(), wish.priority()));
    List<ModelEvent> events = new ArrayList<>();
    GaveWay gave = new GaveWay(instance.id(), instance.machine(), wish.to(), why, now);
    Given given = new Given(instance.id(), instance.machine(), wish.to(), now);
    events.add(gave);
    int wanted = state.wanted();
    int fewer = state.scaling().map(bounds -> fewer(bounds, wanted)).orElse(wanted);
    if (fewer < wanted && !spare) {
      ModelDemand demand = sight.fleet().demand(state.name());
      int waiting = demand.waiting() + demand.tasks();
      events.add(new Autoscaled(state.name(), wanted, fewer, given.reason(), waiting, 0, now));
    }
    events.add(new InstanceStopping(instance.id(), given.reason(), now));
    return events;
  }

  /** One that may sleep does; one that has a least number is short of it until it comes back. */
  private static int fewer(Scaling bounds, int wanted) {
    return Math.max(bounds.min(), wanted - 1);
  }

  /** Until when the name asks nobody else; empty where it misses no room, or may ask now. */
  public static Optional<Instant> asksAgain(Sight sight) {
    return sight
        .soft()
        .evictions()
        .asked()
        .map(Asking::until)
        .filter(until -> until.isAfter(sight.now()) && MakeRoom.isShort(sight));
  }

  /**
   * After the answer of one that was asked. One that does not even say whether it would go stays;
   * one that may go all the same is asked again, later.
   */
  public static Plan answered(Sight sight, GiveWayAnswered answer) {
    Evictions before = sight.soft().evictions();
    Evictions after =
        answer.sounding() ? sounded(sight, before, answer) : asked(sight, before, answer);
    return Plan.remember(sight.soft().with(after));
  }

  /** An answer that comes late is not taken for that to another question. */
  private static Evictions sounded(Sight sight, Evictions before, GiveWayAnswered answer) {
    if (!before.isUnsure(answer.id())) {
      return before;
    }
    Optional<String> stays =
        answer.reply().map(GiveWayReply::stays).orElse(Optional.of("its owner does not answer"));
    return stays
        .map(why -> before.refused(answer.id(), why, until(sight)))
        .orElseGet(() -> before.would(answer.id()));
  }

  private static Evictions asked(Sight sight, Evictions before, GiveWayAnswered answer) {
    return answer
        .reply()
        .map(
            said ->
                said.stays()
                    .map(why -> before.refused(answer.id(), why, until(sight)))
                    .orElseGet(() -> before.goes(answer.id())))
        .orElse(before);
  }

  private static Instant until(Sight sight) {
    return sight.now().plus(sight.policy().evict().idle());
  }
}
