package io.remuda.deploy.simulation;

import io.remuda.deploy.check.LeaseSeen.LeaseReady;
import io.remuda.protocol.LeaseProtocol.Reply;
import io.remuda.protocol.LeaseProtocol.Wish;
import io.remuda.protocol.NodeProtocol.HoldReply;
import io.remuda.protocol.Refused;
import io.remuda.protocol.RegistryProtocol;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.LeaseToken;
import io.remuda.registry.journal.JournalEvent;
import io.remuda.registry.lease.LeaseDecider;
import io.remuda.registry.lease.LeaseDecision;
import io.remuda.registry.lease.LeaseEvent;
import io.remuda.registry.lease.LeaseEvent.LeaseAsked;
import io.remuda.registry.lease.LeaseOrder;
import io.remuda.registry.lease.LeaseOrderDecider;
import io.remuda.registry.lease.LeaseOutlook;
import io.remuda.registry.lease.LeaseSoft;
import io.remuda.registry.lease.LeaseState;
import io.remuda.registry.lease.LeaseTimeDecider;
import io.remuda.registry.lease.OwnDecider;
import io.remuda.registry.model.ClaimReply;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/** What a LeaseActor is: the deciders, and what is between them and the world. */
final class LeaseOwner extends Entity {

  /** Somebody at a node who wants an answer. */
  record Caller(String at, Consumer<Reply> then) {}

  private final LeaseId lease;
  private final LeaseErrand errand;
  private final List<Caller> callers = new ArrayList<>();
  private LeaseState state;
  private LeaseSoft soft;
  private List<LeaseOrder> said = List.of();

  LeaseOwner(World world, RegistryShell node, LeaseId lease, String id, long life) {
    super(world, node, id, life);
    this.lease = lease;
    this.errand = new LeaseErrand(world, node, this);
    this.state = world.journal().lease(id, LeaseState.empty(lease));
    this.soft = LeaseSoft.begun(state, now());
  }

  @Override
  void begin() {
    handle(() -> look(true));
    repeat();
  }

  private void repeat() {
    world
        .network()
        .after(
            node.name(),
            world.settings().registry().lease().repeatInterval(),
            () -> {
              if (isAlive()) {
                handle(() -> look(true));
                repeat();
              }
            });
  }

  @Override
  void onStopped() {
    LeaseOrderDecider.takenBack(state, said).forEach(order -> errand.send(state, order));
  }

  @Override
  long sequence() {
    return state.sequence();
  }

  @Override
  void applied(List<? extends JournalEvent> events) {
    for (JournalEvent event : events) {
      state = state.on((LeaseEvent) event);
    }
  }

  @Override
  void onJournaled(List<? extends JournalEvent> events) {
    world.leases().journaled(lease, events);
  }

  /** Where it stands, as this life of its owner knows. */
  Reply standing() {
    return LeaseOutlook.reply(state, soft);
  }

  void acquire(Wish wish, Caller caller) {
    handle(() -> onAcquire(wish, caller));
  }

  private void onAcquire(Wish wish, Caller caller) {
    Optional<Refused> objection = LeaseDecider.objection(state, wish);
    if (objection.isPresent()) {
      answer(caller, Reply.refused(objection.get()));
    } else if (soft.isReady() || state.end().isPresent()) {
      answer(caller, standing());
    } else {
      callers.add(caller);
      world
          .network()
          .after(
              node.name(),
              world.settings().registry().lease().answerWithin(),
              () ->
                  handle(
                      () -> {
                        if (callers.remove(caller)) {
                          answer(caller, standing());
                        }
                      }));
      if (state.wish().isEmpty()) {
        carryOut(LeaseDecision.write(new LeaseAsked(lease, wish, now()), soft));
      }
    }
  }

  void get(Caller caller) {
    handle(() -> answer(caller, standing()));
  }

  void renew(Optional<Duration> ttl, Caller caller) {
    handle(
        () -> {
          if (!state.isLive()) {
            answer(caller, standing());
            return;
          }
          LeaseDecision renewed = LeaseTimeDecider.renewed(state, soft, ttl, now());
          Runnable said =
              () -> {
                say(true);
                answer(caller, standing());
              };
          if (renewed.events().isEmpty()) {
            remember(renewed.soft());
            said.run();
          } else {
            write(
                renewed,
                () -> {
                  remember(LeaseTimeDecider.kept(state, soft, now()));
                  said.run();
                });
          }
        });
  }

  void release(Caller caller) {
    handle(
        () -> {
          if (state.isLive()) {
            write(
                LeaseDecider.release(state, soft, "released", now()),
                () -> answer(caller, LeaseOutlook.afterEnd(state, soft)));
          } else {
            answer(caller, standing());
          }
        });
  }

  /** A name's owner says what it has of it. */
  void told(ClaimReply reply) {
    handle(() -> carryOut(LeaseDecider.told(state, soft, reply, now())));
  }

  /** A name's owner does not hear it, and it has an instance there. */
  void stillWanted(ModelName model, long number) {
    handle(
        () -> {
          LeaseOrderDecider.kept(state, soft, model).ifPresent(order -> errand.send(state, order));
          carryOut(LeaseDecider.stillWanted(state, soft, model, number));
        });
  }

  /** A machine says whether it holds an instance. */
  void held(HoldReply reply) {
    handle(() -> carryOut(LeaseDecider.held(state, soft, reply, now())));
  }

  void ownAnswered(LeaseOrder.Own asked, Optional<RegistryProtocol.Reply> reply) {
    handle(() -> carryOut(OwnDecider.answered(state, soft, asked, reply, now())));
  }

  private void look(boolean repeat) {
    LeaseDecision decision = LeaseDecider.look(state, soft, now());
    if (decision.events().isEmpty() && repeat) {
      remember(decision.soft());
      say(true);
    } else {
      carryOut(decision);
    }
  }

  private void carryOut(LeaseDecision decision) {
    if (decision.events().isEmpty()) {
      after(decision, List.of());
    } else {
      write(decision, () -> {});
    }
  }

  /** Writes, then says what rests on it; what rests on others' journals is said meanwhile. */
  private void write(LeaseDecision decision, Runnable then) {
    List<LeaseOrder> ahead = LeaseOrderDecider.ahead(state, decision, now());
    LeaseState meant = state.on(decision.events());
    LeaseSoft known = LeaseOrderDecider.said(decision.soft(), ahead, now());
    ahead.forEach(order -> errand.send(meant, order));
    said = ahead;
    write(
        decision.events(),
        () -> {
          said = List.of();
          remember(known);
          then.run();
          after(new LeaseDecision(decision.events(), soft, decision.say()), ahead);
        });
  }

  private void after(LeaseDecision decision, List<LeaseOrder> ahead) {
    boolean early = world.plant() == Plant.READY_EARLY && state.isLive() && state.token() > 0;
    remember(
        early && !decision.soft().isReady()
            ? LeaseTimeDecider.ready(state, decision.soft(), now())
            : decision.soft());
    if (decision.say()) {
      say(false, ahead);
    }
    if (soft.isReady() || state.end().isPresent()) {
      List<Caller> waiting = List.copyOf(callers);
      callers.clear();
      waiting.forEach(caller -> answer(caller, standing()));
    }
  }

  private void remember(LeaseSoft next) {
    boolean other = !next.deadline().equals(soft.deadline());
    boolean ready = next.isReady() && !soft.isReady();
    soft = next;
    if (ready) {
      Map<ModelName, InstanceId> parts = new TreeMap<>();
      state.parts().forEach((model, part) -> parts.put(model, part.instance()));
      LeaseToken token = new LeaseToken(lease, state.token());
      world.story().tell(node.name(), "lease " + lease + " READY");
      world.story().see(new LeaseReady(world.now(), token, state.models(), parts));
    }
    if (other && next.deadline().isPresent()) {
      timeLeft(next.deadline().get());
    }
  }

  private void timeLeft(Instant until) {
    Duration left = Duration.between(now(), until);
    world
        .network()
        .after(
            node.name(),
            left.isNegative() ? Duration.ZERO : left.plusMillis(1),
            () -> {
              if (soft.deadline().equals(Optional.of(until))) {
                handle(() -> look(false));
              }
            });
  }

  private void say(boolean repeat) {
    say(repeat, List.of());
  }

  private void say(boolean repeat, List<LeaseOrder> ahead) {
    List<LeaseOrder> orders = LeaseOrderDecider.orders(state, soft, now(), repeat);
    soft = LeaseOrderDecider.said(soft, orders, now());
    orders.stream()
        .filter(order -> !ahead.contains(order))
        .forEach(order -> errand.send(state, order));
  }

  private void answer(Caller caller, Reply reply) {
    world.network().send(node.name(), caller.at(), "lease", () -> caller.then().accept(reply));
  }

  private Instant now() {
    return world.timeline().instant();
  }
}
