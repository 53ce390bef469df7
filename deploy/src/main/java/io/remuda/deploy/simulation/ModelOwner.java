package io.remuda.deploy.simulation;

import io.remuda.protocol.NodeProtocol;
import io.remuda.protocol.RegistryProtocol;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.registry.journal.JournalEvent;
import io.remuda.registry.model.Action;
import io.remuda.registry.model.AnswerDecider;
import io.remuda.registry.model.Decision;
import io.remuda.registry.model.Declaration;
import io.remuda.registry.model.EvictionDecider;
import io.remuda.registry.model.Leasing;
import io.remuda.registry.model.ModelDecider;
import io.remuda.registry.model.ModelEvent;
import io.remuda.registry.model.ModelState;
import io.remuda.registry.model.Outlook;
import io.remuda.registry.model.Plan;
import io.remuda.registry.model.Reconciler;
import io.remuda.registry.model.RegistrationDecider;
import io.remuda.registry.model.RegistryMessage;
import io.remuda.registry.model.RegistryMessage.DescribeAnswered;
import io.remuda.registry.model.RegistryMessage.StartAnswered;
import io.remuda.registry.model.RegistryMessage.StopAnswered;
import io.remuda.registry.model.ScaleDecider;
import io.remuda.registry.model.Sight;
import io.remuda.registry.model.SoftState;
import io.remuda.registry.model.TenancyDecider;
import io.remuda.registry.model.TenancyMessage;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/** What a RegistryActor is: the deciders, and what is between them and the world. */
final class ModelOwner extends Entity {

  /** Between two times that it says its line in the catalog again. */
  private static final int GOSSIP_LOOKS = 5;

  private final ModelName name;
  private final SimulatedRef<RegistryProtocol.Command> self;
  private final Orders orders;
  private final Leasing leasing = new Leasing();
  private ModelState state;
  private SoftState soft = SoftState.EMPTY;
  private final ModelVoice voice;
  private int looks;

  ModelOwner(World world, RegistryShell node, ModelName name, String id, long life) {
    super(world, node, id, life);
    this.name = name;
    this.self = new SimulatedRef<>(node.name(), "owner", (what, message) -> handle(this::look));
    this.orders = new Orders(world, node, this);
    this.voice = new ModelVoice(world, node, name, self, life);
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
                if (++looks % GOSSIP_LOOKS == 0) {
                  voice.again();
                }
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
          Optional<Long> seen = current ? now.live().map(Declaration::version) : Optional.empty();
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
          world.truth().accepted(state);
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
    Plan plan = Bugs.look(world.plant(), Reconciler.reconcile(sight), sight);
    Supersession.step(sight, plan, world.now()).ifPresent(world.story()::see);
    carryOut(plan);
  }

  void started(StartAnswered answer) {
    handle(() -> carryOut(AnswerDecider.start(sight(), answer)));
  }

  void stopped(StopAnswered answer) {
    handle(() -> carryOut(AnswerDecider.stop(sight(), answer)));
  }

  /** Requests wait for it at a gateway. */
  void wanted(int waiting) {
    handle(
        () -> {
          soft = soft.wantedAt(world.timeline().instant());
          Plan plan = ScaleDecider.wanted(sight(), waiting);
          if (plan.events().isEmpty() && Outlook.missing(sight()) > 0) {
            look();
          } else {
            carryOut(Bugs.wanted(world.plant(), plan, state, waiting));
          }
        });
  }

  /** Another name wants an instance's place. */
  void giveWay(RegistryMessage.GiveWay wish) {
    handle(
        () -> {
          EvictionDecider.Answer answer =
              Bugs.giveWay(world.plant(), EvictionDecider.giveWay(sight(), wish), sight(), wish);
          RegistryMessage.GiveWayReply reply =
              new RegistryMessage.GiveWayReply(wish.instance(), answer.stays());
          if (answer.events().isEmpty()) {
            wish.replyTo().tell(reply);
          } else {
            soft = EvictionDecider.going(sight(), wish);
            write(
                answer.events(),
                () -> {
                  wish.replyTo().tell(reply);
                  then();
                });
          }
        });
  }

  void gaveWay(RegistryMessage.GiveWayAnswered answer) {
    handle(
        () -> {
          soft = EvictionDecider.answered(sight(), answer).soft();
          look();
        });
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
    Sight sight = sight();
    voice.show(sight);
    leasing.show(sight);
  }
}
