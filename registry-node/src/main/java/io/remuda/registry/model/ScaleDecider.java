package io.remuda.registry.model;

import io.remuda.protocol.model.InstanceReport;
import io.remuda.protocol.model.ModelDemand;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.RolloutView.Stage;
import io.remuda.protocol.model.ScaleView;
import io.remuda.protocol.model.Scaling;
import io.remuda.registry.model.AutoscalePolicy.Load;
import io.remuda.registry.model.AutoscalePolicy.Standing;
import io.remuda.registry.model.ScaleEvent.Autoscaled;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * How many instances a name that scales by itself is to have: when it falls asleep, when it wakes,
 * and between the two what {@link AutoscalePolicy} says.
 *
 * <p>It wakes once, however many ask and at however many gateways: whoever is second finds it
 * awake. It falls asleep only while all its instances have been idle for long and no gateway says
 * that anybody waits; a request that comes at that very moment is refused by the instance's gate
 * and wakes it again.
 */
public final class ScaleDecider {

  private ScaleDecider() {}

  /**
   * A gateway's request waits for it.
   *
   * @param waiting how many at that gateway
   */
  public static Plan wanted(Sight sight, int waiting) {
    return sight.ahead().isEmpty() && sight.state().sleeps()
        ? wake(sight, Math.max(1, waiting))
        : Plan.remember(sight.soft());
  }

  /** The step of a round: what the load and the time come to. */
  static void follow(Round round) {
    if (!round.older()) {
      Plan plan = look(round.sight());
      round.remember(plan.soft());
      plan.events().forEach(round::emit);
    }
  }

  private static Plan look(Sight sight) {
    Optional<Scaling> scaling = sight.state().scaling();
    if (scaling.isEmpty()) {
      return Plan.remember(sight.soft());
    }
    Load load = load(sight);
    if (sight.state().sleeps()) {
      return load.waiting() > 0 ? wake(sight, load.waiting()) : Plan.remember(sight.soft());
    }
    Optional<Duration> idle = idle(sight, scaling.get(), load);
    return idle.isPresent()
        ? scaled(
            sight,
            0,
            "no request for %d s".formatted(idle.get().toSeconds()),
            load,
            DemandWindow.EMPTY)
        : follow(sight, scaling.get(), load);
  }

  /** How many it has now and what asks for them; empty where an operator's number holds. */
  static Optional<ScaleView> view(Sight sight) {
    return sight
        .state()
        .scaling()
        .map(
            bounds ->
                new ScaleView(
                    sight.state().wanted(),
                    sight.state().sleeps() ? asleep(sight.state()) : reason(sight, bounds)));
  }

  /** Why it sleeps. */
  static String asleep(ModelState state) {
    return state
        .given()
        .map(given -> "asleep, since it " + given.reason())
        .orElse("asleep, since nobody asks for it");
  }

  private static String reason(Sight sight, Scaling bounds) {
    Standing now = standing(sight);
    Load load = load(sight);
    int wish =
        AutoscalePolicy.wish(bounds, sight.policy().scale(), now, load, sight.soft().window());
    return "%s: that asks for %d, between %d and %d"
        .formatted(said(load, now), wish, bounds.min(), bounds.max());
  }

  private static Plan wake(Sight sight, int waiting) {
    int first = Math.max(1, sight.state().scaling().orElseThrow().min());
    return scaled(
        sight,
        first,
        "%d wait for it while it sleeps".formatted(waiting),
        new Load(waiting, 0, Optional.empty()),
        DemandWindow.EMPTY);
  }

  private static Plan follow(Sight sight, Scaling scaling, Load load) {
    ScaleTimes times = sight.policy().scale();
    Standing now = standing(sight);
    DemandWindow window =
        AutoscalePolicy.seen(scaling, times, now, load, sight.soft().window(), sight.now());
    OptionalInt next = AutoscalePolicy.next(scaling, times, now, window, sight.now());
    if (next.isEmpty()) {
      return Plan.remember(sight.soft().with(window));
    }
    boolean up = next.getAsInt() > now.target();
    String why =
        up
            ? said(load, now)
            : "for %d s fewer were enough".formatted(times.downWindow().toSeconds());
    return scaled(sight, next.getAsInt(), why, load, window.moved(sight.now(), up));
  }

  private static Plan scaled(Sight sight, int to, String why, Load load, DemandWindow window) {
    return new Plan(
        List.of(
            new Autoscaled(
                sight.state().name(),
                sight.state().wanted(),
                to,
                why,
                load.waiting(),
                load.working(),
                sight.now())),
        List.of(),
        sight.soft().with(window));
  }

  private static String said(Load load, Standing now) {
    return "%d requests at %d ready instances of %d slots, %d waiting%s"
        .formatted(
            load.working(),
            now.ready(),
            now.slots(),
            load.waiting(),
            load.ttft()
                .map(ttft -> ", first tokens after %d ms".formatted(ttft.toMillis()))
                .orElse(""));
  }

  /** For how long nobody has asked for anything; empty while that is not long enough. */
  private static Optional<Duration> idle(Sight sight, Scaling scaling, Load load) {
    if (scaling.min() > 0
        || scaling.idleAfter().isEmpty()
        || load.work() > 0
        || TenancyDecider.isAsked(sight)
        || isMoving(sight)) {
      return Optional.empty();
    }
    Optional<Duration> least = Optional.empty();
    for (Instance instance : assigned(sight).toList()) {
      Optional<Duration> idle = sight.report(instance).flatMap(InstanceReport::idle);
      if (idle.isEmpty() || idle.get().compareTo(scaling.idleAfter().get()) < 0) {
        return Optional.empty();
      }
      least = least.filter(before -> before.compareTo(idle.get()) <= 0).or(() -> idle);
    }
    return least;
  }

  /**
   * Whether an instance is on its way, or one recipe takes another's place: that would go on, and
   * perhaps turn out to be wrong, when it is woken. One that has no place keeps nobody awake.
   */
  private static boolean isMoving(Sight sight) {
    ModelState state = sight.state();
    return state.rollout().filter(on -> on.stage() != Stage.HALTED).isPresent()
        || !assigned(sight).allMatch(sight::ready);
  }

  /** What its machine goes on refusing has no place either. */
  private static Stream<Instance> assigned(Sight sight) {
    return sight.state().instances().values().stream()
        .filter(instance -> sight.refusal(instance).isEmpty());
  }

  private static Standing standing(Sight sight) {
    ModelState state = sight.state();
    List<Instance> ready = state.instances().values().stream().filter(sight::ready).toList();
    int leased = (int) ready.stream().filter(instance -> isOthers(sight, instance)).count();
    // Those that leases asked for beside them are no sign that it is on its way to another number.
    boolean all =
        ready.size() == TenancyDecider.wanted(sight) || RolloutOutlook.isWaitingForAWord(sight);
    boolean settled = all && state.instances().size() == ready.size();
    int placed = (int) assigned(sight).count();
    return new Standing(
        state.wanted(), ready.size() - leased, settled, slots(sight), placed, leased);
  }

  /** Whether leases have all of it, whole or in shares, so that it takes nobody else's requests. */
  private static boolean isOthers(Sight sight, Instance instance) {
    return sight.leasedWhole(instance)
        || sight.leased(instance) && ShareRoom.left(sight, instance) <= 0;
  }

  /** How many requests an instance works on at once, as far as is known. */
  static int slots(Sight sight) {
    ModelSpec spec = sight.state().live().orElseThrow().spec();
    return sight.state().instances().values().stream()
        .filter(sight::ready)
        .flatMap(instance -> sight.report(instance).stream())
        .mapToInt(InstanceReport::slots)
        .findFirst()
        .orElse(spec.slots().orElse(ModelSpec.DEFAULT_SLOTS));
  }

  private static Load load(Sight sight) {
    ModelDemand demand = sight.fleet().demand(sight.state().name());
    int working =
        sight.state().instances().values().stream()
            .filter(instance -> !isOthers(sight, instance))
            .flatMap(instance -> sight.report(instance).stream())
            .mapToInt(report -> report.inFlight() + report.queued())
            .sum();
    return new Load(demand.waiting() + demand.tasks(), working, demand.firstToken());
  }
}
