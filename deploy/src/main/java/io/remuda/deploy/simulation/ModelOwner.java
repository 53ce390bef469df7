package io.remuda.deploy.simulation;

import io.remuda.deploy.check.Observation.Change;
import io.remuda.deploy.check.Observation.DeploymentChanged;
import io.remuda.protocol.NodeProtocol;
import io.remuda.protocol.RegistryProtocol;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.registry.fleet.FleetMessage;
import io.remuda.registry.journal.JournalEvent;
import io.remuda.registry.model.Action;
import io.remuda.registry.model.AnswerDecider;
import io.remuda.registry.model.Decision;
import io.remuda.registry.model.Leasing;
import io.remuda.registry.model.ModelDecider;
import io.remuda.registry.model.ModelEvent;
import io.remuda.registry.model.ModelState;
import io.remuda.registry.model.Outlook;
import io.remuda.registry.model.Plan;
import io.remuda.registry.model.Reconciler;
import io.remuda.registry.model.RegistrationDecider;
import io.remuda.registry.model.RegistryMessage.DescribeAnswered;
import io.remuda.registry.model.RegistryMessage.StartAnswered;
import io.remuda.registry.model.RegistryMessage.StopAnswered;
import io.remuda.registry.model.Sight;
import io.remuda.registry.model.SoftState;
import io.remuda.registry.model.TenancyDecider;
import io.remuda.registry.model.TenancyMessage;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;

/** What a RegistryActor is: the deciders, and what is between them and the world. */
final class ModelOwner extends Entity {

  private final ModelName name;
  private final SimulatedRef<RegistryProtocol.Command> self;
  private final Orders orders;
  private final Leasing leasing = new Leasing();
  private ModelState state;
  private SoftState soft = SoftState.EMPTY;
  private Map<InstanceId, MachineId> watched = Map.of();

  ModelOwner(World world, RegistryShell node, ModelName name, String id, long life) {
    super(world, node, id, life);
    this.name = name;
    this.self = new SimulatedRef<>(node.name(), "owner", (what, message) -> handle(this::look));
    this.orders = new Orders(world, node, this);
    this.state = world.journal().model(id, ModelState.empty(name));
  }

  @Override
  void begin() {
    show();
    look();
    tick();
  }

  private void tick() {
    world
        .network()
        .after(
            node.name(),
            world.settings().registry().reconcileInterval(),
            () -> {
              if (isAlive()) {
                handle(this::look);
                tick();
              }
            });
  }

  @Override
  void onStopped() {
    node.ownerStopped(self);
  }

  @Override
  long sequence() {
    return state.sequence();
  }

  @Override
  void applied(List<? extends JournalEvent> events) {
    for (JournalEvent event : events) {
      state = state.on((ModelEvent) event);
    }
  }

  @Override
  void onJournaled(List<? extends JournalEvent> events) {
    world.truth().journaled(name, events);
  }

  ModelState state() {
    return state;
  }

  /** An operator's change; {@code decide} says what it comes to. */
  void command(Function<ModelState, Decision> decide) {
    ask(decide, reply -> {});
  }

  /** The same, answered when it is written. */
  void ask(Function<ModelState, Decision> decide, Consumer<RegistryProtocol.Reply> answer) {
    handle(
        () -> {
          Decision decision = decide.apply(state);
          if (decision.refused().isEmpty() && !decision.events().isEmpty()) {
            writeChange(decision.events(), answer);
          } else {
            answer.accept(new RegistryProtocol.Reply(Optional.empty(), decision.refused()));
          }
        });
  }

  /** Deploys; a planted bug takes another schema than the name stands for. */
  void deploy(ModelSpec spec, boolean current, boolean evolve) {
    command(
        now -> {
          Optional<Long> seen =
              current ? now.live().map(ModelState.Declaration::version) : Optional.empty();
          Decision decision =
              ModelDecider.deploy(now, spec, seen, evolve, world.timeline().instant());
          boolean forced =
              world.plant() == Plant.TWO_SCHEMAS
                  && decision.refused().isPresent()
                  && now.live().isPresent()
                  && spec.schema().isPresent();
          return forced ? Bugs.takes(spec, world.timeline().instant()) : decision;
        });
  }

  private void writeChange(List<ModelEvent> events, Consumer<RegistryProtocol.Reply> answer) {
    write(
        events,
        () -> {
          soft = soft.forRecipe();
          world
              .story()
              .see(
                  state
                      .live()
                      .map(
                          live ->
                              new DeploymentChanged(
                                  world.now(), name, live.version(), Change.DEPLOYED))
                      .orElseGet(
                          () ->
                              new DeploymentChanged(
                                  world.now(), name, state.sequence(), Change.REMOVED)));
          answer.accept(new RegistryProtocol.Reply(Optional.empty(), Optional.empty()));
          then();
        });
  }

  void register(ModelSpec spec, MachineId machine) {
    handle(
        () -> {
          soft = soft.registered(machine, world.timeline().instant());
          Decision decision =
              RegistrationDecider.register(state, spec, machine, world.timeline().instant());
          if (!decision.events().isEmpty()) {
            write(decision.events(), this::then);
          }
        });
  }

  private void then() {
    show();
    world.timeline().after(world.timeline().between(0, 1), () -> handle(this::look));
  }

  private void look() {
    Sight sight = sight();
    Plan plan = Reconciler.reconcile(sight);
    if (world.plant() == Plant.STOPS_FIRST) {
      plan = Bugs.stopsFirst(plan, state, world.timeline().instant());
    }
    Supersession.step(sight, plan, world.now()).ifPresent(world.story()::see);
    carryOut(plan);
  }

  void started(StartAnswered answer) {
    handle(() -> carryOut(AnswerDecider.start(sight(), answer)));
  }

  void stopped(StopAnswered answer) {
    handle(() -> carryOut(AnswerDecider.stop(sight(), answer)));
  }

  /** A lease wants an instance, or to keep the one that it has. */
  void claim(TenancyMessage.Claim claim) {
    handle(() -> carryOut(leasing.claim(sight(), claim)));
  }

  void unclaim(TenancyMessage.Unclaim wish) {
    handle(() -> carryOut(leasing.unclaim(sight(), wish)));
  }

  void released(TenancyMessage.ReleaseAnswered answer) {
    handle(() -> carryOut(TenancyDecider.released(sight(), answer)));
  }

  void described(MachineId machine, long revision, Optional<NodeProtocol.Described> reply) {
    handle(
        () -> {
          Plan plan =
              AnswerDecider.describe(sight(), new DescribeAnswered(machine, revision, reply));
          soft = plan.soft();
          if (plan.events().isEmpty()) {
            look();
          } else {
            carryOut(plan);
          }
        });
  }

  private void carryOut(Plan plan) {
    soft = plan.soft();
    if (plan.events().isEmpty()) {
      plan.actions().forEach(orders::send);
      show();
      return;
    }
    if (world.plant() == Plant.EARLY_ORDER) {
      Bugs.startsOf(plan, state).forEach(orders::send);
    }
    List<Action> actions = plan.actions();
    write(
        plan.events(),
        () -> {
          actions.forEach(orders::send);
          then();
        });
  }

  private Sight sight() {
    return new Sight(
        state,
        soft,
        node.snapshot(),
        World.JOURNAL,
        world.settings().registry().reconcile(),
        world.timeline().instant());
  }

  Outlook outlook() {
    return Outlook.of(sight());
  }

  private void show() {
    Map<InstanceId, MachineId> now = new TreeMap<>();
    state.instances().values().forEach(instance -> now.put(instance.id(), instance.machine()));
    if (!now.equals(watched)) {
      watched = now;
      node.watched(new FleetMessage.Watch(name, now, self));
    }
    leasing.show(sight());
  }
}
