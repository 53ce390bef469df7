package io.remuda.deploy.simulation;

import io.remuda.deploy.check.LeaseSeen.LeaseSample;
import io.remuda.deploy.check.LeaseSeen.Leased;
import io.remuda.deploy.check.LeaseSeen.Returned;
import io.remuda.protocol.LeaseProtocol.Wish;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.LeaseToken;
import io.remuda.protocol.model.LeaseView;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.Phase;
import io.remuda.registry.journal.JournalEvent;
import io.remuda.registry.lease.LeaseEvent;
import io.remuda.registry.lease.LeaseState;
import io.remuda.registry.model.ModelEvent;
import io.remuda.registry.model.ModelState;
import io.remuda.registry.model.TenancyEvent.InstanceLeased;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What is really so of leases, whoever knows it: told to the checker. */
final class LeaseTruth {

  /** What moves at rest because a lease has ended is over after so long. */
  private static final Duration MOVES = Duration.ofSeconds(15);

  private final World world;
  private final Map<LeaseId, LeaseState> states = new TreeMap<>();
  private final Map<LeaseId, Duration> endedAt = new HashMap<>();
  private final Map<InstanceId, Duration> movedAt = new HashMap<>();
  private final Map<ModelName, Duration> changedAt = new HashMap<>();
  private long calls;

  LeaseTruth(World world) {
    this.world = world;
  }

  long nextCall() {
    return ++calls;
  }

  void journaled(LeaseId id, List<? extends JournalEvent> events) {
    LeaseState state = states.getOrDefault(id, LeaseState.empty(id));
    for (JournalEvent event : events) {
      state = state.on((LeaseEvent) event);
    }
    states.put(id, state);
    state.models().forEach(model -> changedAt.put(model, world.now()));
    if (state.end().isPresent()) {
      endedAt.putIfAbsent(id, world.now());
    }
  }

  /** A name's events, each with what it changes of who has which instance. */
  void tenancy(ModelState before, ModelState after, ModelEvent event) {
    if (before.tenancy() == after.tenancy()) {
      return;
    }
    before
        .tenancy()
        .tenants()
        .forEach(
            (lease, tenant) -> {
              if (!after.tenancy().has(tenant.instance()) && !(event instanceof InstanceLeased)) {
                world.story().see(new Returned(world.now(), tenant.instance(), lease));
              }
            });
    if (event instanceof InstanceLeased leased) {
      world.story().see(new Leased(world.now(), leased.id(), leased.lease(), leased.number()));
    }
    changedAt.put(after.name(), world.now());
  }

  /** An instance has been told something of a lease, or has let go of one. */
  void moved(InstanceId id) {
    movedAt.put(id, world.now());
  }

  /** Whether it has long been everybody's. */
  boolean isStill(InstanceId id, Duration time) {
    Duration last = movedAt.get(id);
    return last == null || last.plus(time).compareTo(world.now()) < 0;
  }

  /**
   * Whether leases have or want instances of {@code name}, or did lately: what they brought stays
   * for a while after them.
   */
  boolean concern(ModelName name) {
    Duration last = changedAt.get(name);
    Duration lingers = world.settings().registry().reconcile().lease().linger();
    return last != null
        && (last.plus(MOVES).plus(lingers).compareTo(world.now()) > 0
            || states.values().stream()
                .anyMatch(state -> !state.closed() && state.models().contains(name)));
  }

  /** Whether a lease came to or went from {@code name} lately, so that gateways hear of it. */
  boolean isMoving(ModelName name) {
    Duration last = changedAt.get(name);
    return last != null && last.plus(MOVES).compareTo(world.now()) > 0;
  }

  /** All leases that there ever were, at this moment of rest. */
  List<LeaseSample> sample() {
    List<LeaseSample> samples = new ArrayList<>();
    states.forEach((id, state) -> samples.add(sample(id, state)));
    return samples;
  }

  private LeaseSample sample(LeaseId id, LeaseState state) {
    Optional<LeaseView> view =
        world.cluster().present(id).filter(Entity::isAlive).flatMap(one -> one.standing().lease());
    boolean ready = view.filter(seen -> seen.state() == LeaseView.State.READY).isPresent();
    return new LeaseSample(
        world.now(),
        id,
        ready,
        view.flatMap(LeaseView::reason).filter(LeaseTruth::isReason),
        Optional.ofNullable(endedAt.get(id)).map(at -> world.now().minus(at)),
        ready && state.isLive() ? lacks(state) : List.of(),
        state.end().isPresent() ? left(id, state) : List.of());
  }

  /** What is said of what should be over in a moment is none. */
  private static boolean isReason(String said) {
    return !said.equals("it asks for its models") && !said.startsWith("its instances finish");
  }

  private List<String> lacks(LeaseState state) {
    List<String> lacks = new ArrayList<>();
    LeaseToken token = new LeaseToken(state.id(), Math.max(1, state.token()));
    for (ModelName model : state.models()) {
      Optional<LeaseState.Part> part = Optional.ofNullable(state.parts().get(model));
      Optional<SimulatedInstance> here =
          part.flatMap(
              has ->
                  world
                      .machine(has.machine())
                      .life()
                      .flatMap(life -> life.instance(has.instance())));
      boolean starts = here.filter(one -> one.state().phase() == Phase.BACKOFF).isPresent();
      boolean works =
          here.filter(one -> one.state().phase() == Phase.READY)
              .filter(one -> one.tenure().isHeldBy(token))
              .isPresent();
      if (!works && !starts) {
        lacks.add("its instance of %s, %s, does not work for it".formatted(model, part));
      }
    }
    return lacks;
  }

  private List<String> left(LeaseId id, LeaseState state) {
    List<String> left = new ArrayList<>();
    if (!state.closed()) {
      left.add("something that it has not given back");
    }
    for (ModelName model : state.models()) {
      world
          .truth()
          .state(model)
          .flatMap(known -> known.tenancy().of(id))
          .ifPresent(tenant -> left.add(tenant.instance() + " that it has"));
    }
    for (SimulatedMachine machine : world.machines()) {
      machine
          .life()
          .ifPresent(
              life ->
                  life.instances().stream()
                      .flatMap(one -> life.instance(one).stream())
                      .filter(one -> one.tenure().lease().equals(Optional.of(id)))
                      .forEach(one -> left.add(one.id() + " that takes no other requests")));
    }
    state
        .wish()
        .filter(wish -> state.isToRemove())
        .flatMap(Wish::own)
        .map(ModelSpec::name)
        .flatMap(own -> world.truth().state(own))
        .filter(own -> own.live().isPresent())
        .ifPresent(own -> left.add("its own deployment " + own.name()));
    return left;
  }
}
