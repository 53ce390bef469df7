package io.remuda.registry.usage;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import io.remuda.protocol.AllowanceProtocol.Ask;
import io.remuda.protocol.AllowanceProtocol.Command;
import io.remuda.protocol.AllowanceProtocol.Part;
import io.remuda.protocol.AllowanceProtocol.Portion;
import io.remuda.protocol.limit.Allowance;
import java.time.Duration;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Owner of what one key or tenant may take in a minute. It keeps nothing in the journal: what was
 * used in the last minute its gateways tell again. It needs no database, and ends when nobody has
 * asked for so long that it has nothing left to remember.
 */
public final class AllowanceActor extends AbstractBehavior<Command> {

  private static final Duration MINUTE = Duration.ofSeconds(62);

  /** Nobody has asked for long. */
  private enum Idle implements Command {
    NOW
  }

  private final AllowanceTimes times;
  private final LongSupplier nanos;
  private final long began;
  private final Consumer<ActorRef<Command>> passivate;
  private final String owner = UUID.randomUUID().toString();
  private final Allowance requests;
  private final Allowance tokens;

  private AllowanceActor(
      ActorContext<Command> context,
      AllowanceTimes times,
      LongSupplier nanos,
      Consumer<ActorRef<Command>> passivate) {
    super(context);
    this.times = times;
    this.nanos = nanos;
    this.began = nanos.getAsLong();
    this.passivate = passivate;
    this.requests = new Allowance(times.portionLife().toMillis(), 0, times.listen().toMillis());
    this.tokens = new Allowance(times.portionLife().toMillis(), 0, times.listen().toMillis());
    context.setReceiveTimeout(MINUTE.plus(times.portionLife()), Idle.NOW);
  }

  /**
   * The behaviour.
   *
   * @param passivate told when it has nothing to do any more
   */
  public static Behavior<Command> create(
      AllowanceTimes times, Consumer<ActorRef<Command>> passivate) {
    return create(times, System::nanoTime, passivate);
  }

  static Behavior<Command> create(
      AllowanceTimes times, LongSupplier nanos, Consumer<ActorRef<Command>> passivate) {
    return Behaviors.setup(context -> new AllowanceActor(context, times, nanos, passivate));
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(Ask.class, this::onAsk)
        .onMessageEquals(Idle.NOW, this::onIdle)
        .build();
  }

  private Behavior<Command> onAsk(Ask ask) {
    long now = (nanos.getAsLong() - began) / 1_000_000;
    if (!ask.owner().isEmpty() && !ask.owner().equals(owner)) {
      requests.moved();
      tokens.moved();
    }
    Part ofRequests =
        requests.ask(now, ask.gateway(), ask.limits().requestsPerMinute(), ask.requests());
    Part ofTokens = tokens.ask(now, ask.gateway(), ask.limits().tokensPerMinute(), ask.tokens());
    int gateways = Math.max(1, Math.max(requests.active(now), tokens.active(now)));
    ask.replyTo()
        .tell(
            new Portion(
                ask.number(),
                owner,
                ofRequests,
                ofTokens,
                times.portionLife().toMillis(),
                gateways));
    return this;
  }

  private Behavior<Command> onIdle() {
    passivate.accept(getContext().getSelf());
    return this;
  }
}
