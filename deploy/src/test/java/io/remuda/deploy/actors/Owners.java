package io.remuda.deploy.actors;

import akka.actor.PoisonPill;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Adapter;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import io.remuda.protocol.MachineProtocol;
import io.remuda.protocol.RegistryProtocol;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.registry.journal.Succession;
import io.remuda.registry.machine.MachineActor;
import io.remuda.registry.model.RegistryActor;
import io.remuda.registry.model.Surroundings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Where the owners of names and machines live, as shards have them: the first word to one begins
 * it, and what is told to one that makes room waits for the next.
 */
final class Owners extends AbstractBehavior<Owners.Told> {
  sealed interface Told {}

  record ToName(ModelName name, RegistryProtocol.Command command) implements Told {}

  record ToMachine(MachineId machine, MachineProtocol.Command command) implements Told {}

  record End(ModelName name) implements Told {}

  private record Leave(String owner) implements Told {}

  private record Gone(String owner) implements Told {}

  private final Stage stage;
  private final Registry registry;
  private final Surroundings around;
  private final long life;
  private final Map<String, ActorRef<Object>> living = new HashMap<>();
  private final Map<String, List<Told>> leaving = new HashMap<>();
  private long lives;

  private Owners(
      ActorContext<Told> context, Stage stage, Registry registry, Surroundings around, long life) {
    super(context);
    this.stage = stage;
    this.registry = registry;
    this.around = around;
    this.life = life;
  }

  /**
   * @param life of their node, of which it has several
   */
  static Behavior<Told> create(Stage stage, Registry registry, Surroundings around, long life) {
    return Behaviors.setup(context -> new Owners(context, stage, registry, around, life));
  }

  @Override
  public Receive<Told> createReceive() {
    return newReceiveBuilder()
        .onMessage(
            ToName.class,
            told -> {
              ModelName name = told.name();
              Succession<RegistryProtocol.Command> next =
                  new Succession<>(
                      self -> leave(name.value()), command -> registry.tell(name, command));
              return to(
                  name.value(),
                  told,
                  told.command(),
                  () -> RegistryActor.create(name, around, next));
            })
        .onMessage(
            ToMachine.class,
            told -> {
              MachineId machine = told.machine();
              Succession<MachineProtocol.Command> next =
                  new Succession<>(
                      self -> leave(machine.value()), command -> registry.tell(machine, command));
              return to(
                  machine.value(),
                  told,
                  told.command(),
                  () -> MachineActor.create(machine, around, next));
            })
        .onMessage(End.class, this::onEnd)
        .onMessage(Leave.class, this::onLeave)
        .onMessage(Gone.class, this::onGone)
        .build();
  }

  private Behavior<Told> onEnd(End end) {
    Optional.ofNullable(living.get(end.name().value())).ifPresent(getContext()::stop);
    return this;
  }

  private void leave(String owner) {
    getContext().getSelf().tell(new Leave(owner));
  }

  /** It comes to all that it was told; what it is told from now on is for the next. */
  private Behavior<Told> onLeave(Leave leave) {
    ActorRef<Object> owner = living.get(leave.owner());
    if (owner != null && leaving.putIfAbsent(leave.owner(), new ArrayList<>()) == null) {
      stage.tale().tell(Registry.NAME, "has the owner of " + leave.owner() + " make room");
      Adapter.toClassic(owner).tell(PoisonPill.getInstance(), akka.actor.ActorRef.noSender());
    }
    return this;
  }

  private Behavior<Told> onGone(Gone gone) {
    living.remove(gone.owner());
    Optional.ofNullable(leaving.remove(gone.owner()))
        .orElse(List.of())
        .forEach(getContext().getSelf()::tell);
    return this;
  }

  private Behavior<Told> to(
      String name, Told told, Object command, Supplier<Behavior<?>> behavior) {
    List<Told> kept = leaving.get(name);
    if (kept == null) {
      owner(name, behavior).tell(command);
    } else {
      kept.add(told);
    }
    return this;
  }

  private ActorRef<Object> owner(String name, Supplier<Behavior<?>> behavior) {
    ActorRef<Object> known = living.get(name);
    if (known != null) {
      return known;
    }
    lives++;
    @SuppressWarnings("unchecked")
    Behavior<Object> next = (Behavior<Object>) behavior.get();
    ActorRef<Object> owner = getContext().spawn(next, name + "-" + life + "-" + lives);
    getContext().watchWith(owner, new Gone(name));
    living.put(name, owner);
    return owner;
  }
}
