package io.remuda.deploy.actors;

import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.Behaviors;
import io.remuda.deploy.check.Observation.Change;
import io.remuda.deploy.check.Observation.DeploymentChanged;
import io.remuda.deploy.check.Observation.Deployments;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.MachineProtocol;
import io.remuda.protocol.RegistryProtocol;
import io.remuda.protocol.RegistryProtocol.Reply;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.DeploymentView;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.Phase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;

/** Whoever wants something of the fleet, by wire, and asks again until it is answered. */
final class Operator {

  static final String NAME = "operator";
  private static final Duration PATIENCE = Duration.ofSeconds(8);

  private final Stage stage;
  private final TreeSet<ModelName> names = new TreeSet<>();
  private final List<Reply> answers = new ArrayList<>();
  private int open;

  Operator(Stage stage) {
    this.stage = stage;
  }

  /** All answers to changes, in the order in which they came. */
  List<Reply> answers() {
    return List.copyOf(answers);
  }

  /** Whether everything was answered. */
  boolean isContent() {
    return open == 0;
  }

  void deploy(String name, int replicas) {
    deploy(
        ModelSpec.of(new ModelName(name), ScriptedEngines.ENGINE, Optional.empty())
            .withReplicas(replicas));
  }

  void deploy(ModelSpec spec) {
    change(
        spec.name(),
        Change.DEPLOYED,
        replyTo -> new RegistryProtocol.Deploy(spec, Optional.empty(), false, replyTo));
  }

  void scale(String name, int replicas) {
    ModelName model = new ModelName(name);
    change(model, Change.DEPLOYED, replyTo -> new RegistryProtocol.Scale(model, replicas, replyTo));
  }

  void remove(String name) {
    ModelName model = new ModelName(name);
    change(model, Change.REMOVED, replyTo -> new RegistryProtocol.Remove(model, replyTo));
  }

  /** Cordons the machine and moves what runs there elsewhere. */
  void drain(Machine machine) {
    ActorRef<MachineProtocol.Reply> any = answer(reply -> {});
    MachineProtocol.Drain drain = new MachineProtocol.Drain(machine.id(), true, any);
    stage
        .wire()
        .send(NAME, Registry.NAME, drain, read -> stage.registry().tell(machine.id(), read));
  }

  private void change(
      ModelName model, Change change, Function<ActorRef<Reply>, RegistryProtocol.Command> command) {
    names.add(model);
    open++;
    ask(model, change, command);
  }

  private void ask(
      ModelName model, Change change, Function<ActorRef<Reply>, RegistryProtocol.Command> command) {
    boolean[] over = {false};
    ActorRef<Reply> answer =
        answer(
            reply -> {
              // An answer that comes twice, or when nobody waits for it any more, is none.
              if (!over[0]) {
                over[0] = true;
                answered(model, change, command, reply);
              }
            });
    stage
        .wire()
        .send(
            NAME,
            Registry.NAME,
            command.apply(answer),
            read -> stage.registry().tell(model, answeredByWire(read)));
    stage.after(
        PATIENCE,
        () -> {
          if (!over[0]) {
            over[0] = true;
            ask(model, change, command);
          }
        });
  }

  private void answered(
      ModelName model,
      Change change,
      Function<ActorRef<Reply>, RegistryProtocol.Command> command,
      Reply reply) {
    answers.add(reply);
    Optional<ErrorCode> refused = reply.refused().map(why -> why.code());
    stage.tale().tell(NAME, model + " " + change + " is answered " + refused.map(Enum::name));
    if (refused.equals(Optional.of(ErrorCode.STORE_UNAVAILABLE))) {
      stage.after(PATIENCE, () -> ask(model, change, command));
      return;
    }
    open--;
    boolean gone =
        change == Change.REMOVED && refused.equals(Optional.of(ErrorCode.MODEL_NOT_FOUND));
    if (refused.isEmpty() || gone) {
      long version =
          change == Change.REMOVED
              ? stage.records().state(model).sequence()
              : reply.deployment().map(DeploymentView::version).orElse(0L);
      stage.tale().see(new DeploymentChanged(stage.now(), model, version, change));
    }
  }

  private RegistryProtocol.Command answeredByWire(RegistryProtocol.Command command) {
    if (command instanceof RegistryProtocol.Deploy c) {
      return new RegistryProtocol.Deploy(c.spec(), c.ifMatch(), c.evolve(), back(c.replyTo()));
    } else if (command instanceof RegistryProtocol.Scale c) {
      return new RegistryProtocol.Scale(c.name(), c.replicas(), back(c.replyTo()));
    }
    RegistryProtocol.Remove c = (RegistryProtocol.Remove) command;
    return new RegistryProtocol.Remove(c.name(), back(c.replyTo()));
  }

  private ActorRef<Reply> back(ActorRef<Reply> asker) {
    return stage.wire().back(Registry.NAME, NAME, asker);
  }

  private <T> ActorRef<T> answer(Consumer<T> then) {
    return stage
        .theatre()
        .spawn(
            Behaviors.receiveMessage(
                reply -> {
                  then.accept(reply);
                  return Behaviors.same();
                }));
  }

  /** Asks for everything that it ever deployed; the list is judged by what was answered. */
  void lists() {
    Map<ModelName, Long> versions = new TreeMap<>();
    for (ModelName name : names) {
      view(name).ifPresent(view -> versions.put(name, view.version()));
    }
    stage.tale().see(new Deployments(stage.now(), versions));
  }

  /** How its owner sees a name, asked past the wire. */
  Optional<DeploymentView> view(ModelName name) {
    List<Reply> got = new ArrayList<>();
    stage.registry().tell(name, new RegistryProtocol.Get(name, answer(got::add)));
    stage.passes(Duration.ofSeconds(1));
    return got.isEmpty() ? Optional.empty() : got.get(0).deployment();
  }

  /** The phase in which its owner sees the only instance of a name. */
  Optional<Phase> phase(ModelName name) {
    return view(name)
        .flatMap(view -> view.instances().stream().findFirst())
        .map(instance -> instance.phase());
  }
}
