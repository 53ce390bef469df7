package io.remuda.node.self;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import io.remuda.protocol.RegistryProtocol;
import io.remuda.protocol.RegistryProtocol.Registered;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.ModelSpec;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells the registry which models this machine has by itself: at start, on change, and again and
 * again, since a registry that does not hear it for long takes the machine off. What has not been
 * answered is said at each look. One per cluster system; a rebuilt one begins anew, which costs
 * repeated words and no more.
 */
public final class SelfRegistration extends AbstractBehavior<SelfRegistration.Command> {

  /** What it is told. */
  public sealed interface Command {}

  private enum Look implements Command {
    NOW
  }

  private record Seen(List<ModelSpec> models) implements Command {}

  private record NotSeen(Throwable why) implements Command {}

  private record Answered(Registered answer) implements Command {}

  /**
   * How it goes about it.
   *
   * @param look at what there is, every so often
   * @param again said, when nothing has changed
   */
  public record Pace(Duration look, Duration again) {}

  /** How the registry is told; the registry's sharded names, but for tests. */
  public interface Registry extends BiConsumer<ModelName, RegistryProtocol.Command> {}

  /** What was said last of a model, when, and what came of it. */
  private record Said(ModelSpec spec, long atNanos, Optional<Registered> answer) {}

  private final MachineId machine;
  private final OwnModels models;
  private final Executor blocking;
  private final Pace pace;
  private final Registry registry;
  private final LongSupplier nanos;
  private final ActorRef<Registered> answers;
  private final Map<ModelName, Said> said = new HashMap<>();
  private Set<ModelName> missed = Set.of();
  private boolean looking;

  private SelfRegistration(
      ActorContext<Command> context,
      MachineId machine,
      OwnModels models,
      Executor blocking,
      Pace pace,
      Registry registry,
      LongSupplier nanos) {
    super(context);
    this.machine = machine;
    this.models = models;
    this.blocking = blocking;
    this.pace = pace;
    this.registry = registry;
    this.nanos = nanos;
    this.answers = context.messageAdapter(Registered.class, Answered::new);
  }

  /**
   * In a system that reaches the registry's sharded names.
   *
   * @param blocking runs the looks
   */
  public static Behavior<Command> create(
      MachineId machine, OwnModels models, Executor blocking, Pace pace) {
    return Behaviors.setup(
        context -> {
          ClusterSharding sharding = ClusterSharding.get(context.getSystem());
          return create(
              machine,
              models,
              blocking,
              pace,
              (name, message) -> {
                try {
                  sharding.entityRefFor(RegistryProtocol.TYPE_KEY, name.value()).tell(message);
                } catch (IllegalStateException e) {
                  // So young a system does not know its registry; it is said again.
                  context.getLog().debug("event=registry-not-known-yet model={}", name);
                }
              },
              System::nanoTime);
        });
  }

  static Behavior<Command> create(
      MachineId machine,
      OwnModels models,
      Executor blocking,
      Pace pace,
      Registry registry,
      LongSupplier nanos) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers -> {
                  timers.startTimerWithFixedDelay(Look.NOW, Duration.ZERO, pace.look());
                  return new SelfRegistration(
                      context, machine, models, blocking, pace, registry, nanos);
                }));
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(Look.class, look -> onLook())
        .onMessage(Seen.class, this::onSeen)
        .onMessage(NotSeen.class, this::onNotSeen)
        .onMessage(Answered.class, this::onAnswered)
        .build();
  }

  private Behavior<Command> onLook() {
    if (!looking) {
      looking = true;
      getContext()
          .pipeToSelf(
              CompletableFuture.supplyAsync(models::look, blocking),
              (seen, why) -> why == null ? new Seen(seen) : new NotSeen(why));
    }
    return this;
  }

  private Behavior<Command> onNotSeen(NotSeen failed) {
    looking = false;
    // What was there stays: an unreadable folder is no removed model.
    getContext().getLog().warn("event=own-models-not-seen reason={}", failed.why().toString());
    return this;
  }

  private Behavior<Command> onSeen(Seen seen) {
    looking = false;
    Set<ModelName> there = new HashSet<>();
    for (ModelSpec spec : seen.models()) {
      if (there.add(spec.name()) && isDue(spec)) {
        Said before = said.get(spec.name());
        Optional<Registered> answer =
            before != null && before.spec().equals(spec) ? before.answer() : Optional.empty();
        said.put(spec.name(), new Said(spec, nanos.getAsLong(), answer));
        registry.accept(spec.name(), new RegistryProtocol.Register(spec, machine, answers));
      }
      tell(said.get(spec.name()));
    }
    Set<ModelName> missing = new HashSet<>(said.keySet());
    missing.removeAll(there);
    for (ModelName gone : missing) {
      // A file that is being replaced is missing, or half there, for a moment.
      if (missed.contains(gone)) {
        said.remove(gone);
        getContext().getLog().info("event=model-gone model={}", gone);
        registry.accept(
            gone,
            new RegistryProtocol.Unregister(
                gone, machine, "the machine does not have it any more"));
      }
    }
    missed = Set.copyOf(missing);
    return this;
  }

  /** Again and again: who asks may have come after the answer. */
  private void tell(@Nullable Said last) {
    if (last != null && last.answer().isPresent()) {
      Registered answer = last.answer().get();
      models.answered(last.spec(), answer.refused(), answer.earlier());
    }
  }

  /** Until it is answered at each look; then after a while. */
  private boolean isDue(ModelSpec spec) {
    Said last = said.get(spec.name());
    return last == null
        || !last.spec().equals(spec)
        || last.answer().isEmpty()
        || nanos.getAsLong() - last.atNanos() >= pace.again().toNanos();
  }

  private Behavior<Command> onAnswered(Answered answered) {
    Registered answer = answered.answer();
    Said last = said.get(answer.name());
    if (last == null) {
      return this;
    }
    Said now = new Said(last.spec(), last.atNanos(), Optional.of(answer));
    said.put(answer.name(), now);
    tell(now);
    if (!last.answer().map(Registered::refused).equals(Optional.of(answer.refused()))) {
      if (answer.refused().isPresent()) {
        getContext()
            .getLog()
            .warn(
                "event=model-not-registered model={} reason={}",
                answer.name(),
                answer.refused().get().message());
      } else {
        getContext().getLog().info("event=model-registered model={}", answer.name());
      }
    }
    return this;
  }
}
