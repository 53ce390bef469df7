package io.remuda.deploy.simulation;

import io.remuda.deploy.check.LeaseSeen.Held;
import io.remuda.deploy.check.LeaseSeen.Told;
import io.remuda.node.instance.InstanceFolder.Kept;
import io.remuda.node.instance.KeptHold;
import io.remuda.node.instance.LeaseGate;
import io.remuda.node.instance.LeaseTimes;
import io.remuda.node.instance.Tenure;
import io.remuda.node.instance.Tenure.Mode;
import io.remuda.node.instance.TenureDecider;
import io.remuda.node.instance.TenureDecider.Decision;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.model.LeaseToken;
import io.remuda.protocol.model.Phase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** What an InstanceLease and its file are: whom an instance lets in, and what the disk knows. */
final class SimulatedTenure {

  private record Asked(LeaseToken grant, Duration ttl, List<Consumer<Optional<Refused>>> answers) {}

  private final World world;
  private final AgentLife agent;
  private final SimulatedInstance instance;
  private final InstanceId id;
  private final LeaseTimes times;
  private final LeaseGate gate;
  private Optional<Asked> asked = Optional.empty();
  private Duration written = Duration.ZERO;
  private long keptMillis;
  // Timers with an earlier number have been taken back.
  private long timer;

  SimulatedTenure(World world, AgentLife agent, SimulatedInstance instance, Kept kept) {
    this.world = world;
    this.agent = agent;
    this.instance = instance;
    this.id = kept.assignment().id();
    this.times = world.settings().instance().lease();
    this.gate =
        new LeaseGate(
            id, TenureDecider.kept(kept.hold(), world.timeline().nanos()), world.timeline()::nanos);
    if (gate.tenure().mode() != Mode.FREE) {
      timeAfter(gate.tenure());
    }
  }

  LeaseGate gate() {
    return gate;
  }

  Optional<LeaseId> lease() {
    return gate.tenure().lease();
  }

  /** Whether {@code token} holds it now. */
  boolean isHeldBy(LeaseToken token) {
    Tenure now = TenureDecider.expire(gate.tenure(), world.timeline().nanos());
    return now.mode() == Mode.HELD && now.grant().equals(Optional.of(token));
  }

  void hold(LeaseToken grant, Duration ttl, Consumer<Optional<Refused>> answer) {
    Tenure before = gate.tenure();
    Decision decision = TenureDecider.hold(id, before, grant, ttl, world.timeline().nanos());
    Optional<Refused> refused = decision.refused().or(() -> notNow(before, grant));
    if (refused.isPresent()) {
      answer.accept(refused);
      return;
    }
    told(grant.number(), false);
    if (decision.step() == TenureDecider.Step.RENEWED) {
      renew(decision.tenure(), grant, ttl, answer);
    } else if (isAsked(grant)) {
      asked.orElseThrow().answers().add(answer);
    } else {
      refuseAsked(ErrorCode.STALE_LEASE, "a later lease has taken the instance");
      clear(decision.tenure(), grant, ttl, answer);
    }
  }

  private Optional<Refused> notNow(Tenure before, LeaseToken grant) {
    Phase phase = instance.state().phase();
    boolean known = before.grant().equals(Optional.of(grant)) && phase != Phase.DRAINING;
    return known || phase == Phase.READY
        ? Optional.empty()
        : Optional.of(Refused.of(ErrorCode.MODEL_NOT_READY, id + " is " + phase));
  }

  private void renew(
      Tenure longer, LeaseToken grant, Duration ttl, Consumer<Optional<Refused>> answer) {
    become(longer);
    timeAfter(longer);
    if (ttl.toMillis() <= keptMillis) {
      answer.accept(Optional.empty());
    } else {
      keep(grant, true, ttl, () -> answer.accept(Optional.empty()));
    }
  }

  private void clear(
      Tenure clearing, LeaseToken grant, Duration ttl, Consumer<Optional<Refused>> answer) {
    become(clearing);
    asked = Optional.of(new Asked(grant, ttl, new ArrayList<>(List.of(answer))));
    gate.cutStale();
    instance.say();
    timer(times.clear(), () -> notCleared(grant));
    keep(
        grant,
        true,
        ttl,
        () -> {
          if (!isAsked(grant)) {
            return;
          }
          if (world.plant() == Plant.HELD_EARLY) {
            cleared(grant);
            return;
          }
          instance
              .gate()
              .whenEmpty()
              .thenRun(() -> agent.after(Duration.ZERO, () -> cleared(grant)));
        });
  }

  private boolean isAsked(LeaseToken grant) {
    return asked.filter(waiting -> waiting.grant().equals(grant)).isPresent();
  }

  private void cleared(LeaseToken grant) {
    if (isAsked(grant)) {
      Tenure before = gate.tenure();
      long now = world.timeline().nanos();
      Tenure after = TenureDecider.cleared(before, grant, asked.orElseThrow().ttl(), now);
      told(grant.number(), true);
      become(after);
      timeAfter(after);
      instance.say();
      answerAsked(Optional.empty());
    }
  }

  private void notCleared(LeaseToken grant) {
    Tenure before = gate.tenure();
    if (before.mode() == Mode.CLEARING && before.grant().equals(Optional.of(grant))) {
      freed(TenureDecider.release(before, grant), Duration.ZERO, () -> {});
      refuseAsked(ErrorCode.BUSY, "other calls were not over in time");
    }
  }

  void release(LeaseToken grant, Consumer<Optional<Refused>> answer) {
    Tenure before = gate.tenure();
    Tenure after = TenureDecider.release(before, grant);
    Runnable done = () -> answer.accept(Optional.empty());
    if (!after.equals(before)) {
      told(grant.number() + 1, false);
      freed(
          after,
          Duration.ZERO,
          () -> {
            told(grant.number() + 1, true);
            done.run();
          });
      refuseAsked(ErrorCode.ENDED, "the lease was let go of before it held the instance");
    } else if (after.grant().equals(Optional.of(grant))) {
      keep(grant, false, Duration.ZERO, done);
    } else {
      afterWriting(Duration.ZERO, done);
    }
  }

  /** The instance ends: it is granted to nobody any more. */
  void stop() {
    refuseAsked(ErrorCode.MODEL_NOT_READY, "the instance is being stopped");
  }

  private void timeUp() {
    Tenure before = gate.tenure();
    Tenure after = TenureDecider.expire(before, world.timeline().nanos());
    if (after.mode() != before.mode()) {
      freed(after, times.grace(), () -> {});
    } else if (before.mode() == Mode.HELD || before.mode() == Mode.UNTOLD) {
      timeAfter(before);
    }
  }

  private void freed(Tenure free, Duration grace, Runnable kept) {
    boolean was = gate.tenure().lent();
    become(free);
    timer++;
    if (grace.isZero()) {
      gate.cutStale();
    } else {
      agent.after(grace, gate::cutStale);
    }
    keep(free.grant().orElseThrow(), false, Duration.ZERO, kept);
    if (was) {
      instance.say();
    }
  }

  private void become(Tenure now) {
    gate.become(now);
    world.leases().moved(id);
    if (now.mode() == Mode.HELD) {
      world
          .story()
          .see(new Held(world.now(), id, now.grant().orElseThrow(), Duration.ofNanos(now.until())));
    }
  }

  private void told(long least, boolean kept) {
    world.story().see(new Told(world.now(), id, agent.incarnation(), least, kept));
  }

  /** On the disk after all that was to be written before; an instance that is gone has no disk. */
  private void keep(LeaseToken grant, boolean held, Duration ttl, Runnable then) {
    afterWriting(
        world.timeline().between(1, 15),
        () -> {
          agent.machine().keep(id, new KeptHold(grant, held, ttl.toMillis()));
          keptMillis = ttl.toMillis();
          then.run();
        });
  }

  private void afterWriting(Duration takes, Runnable then) {
    Duration now = world.now();
    written = (written.compareTo(now) > 0 ? written : now).plus(takes);
    agent.after(written.minus(now), then);
  }

  private void answerAsked(Optional<Refused> refused) {
    List<Consumer<Optional<Refused>>> answers = asked.map(Asked::answers).orElseGet(List::of);
    asked = Optional.empty();
    answers.forEach(answer -> answer.accept(refused));
  }

  private void refuseAsked(ErrorCode code, String why) {
    answerAsked(Optional.of(Refused.of(code, id + ": " + why)));
  }

  private void timeAfter(Tenure timed) {
    long left = Math.max(0, timed.until() - world.timeline().nanos());
    timer(Duration.ofNanos(left).plusMillis(1), this::timeUp);
  }

  private void timer(Duration after, Runnable act) {
    long number = ++timer;
    agent.after(
        after,
        () -> {
          if (number == timer) {
            act.run();
          }
        });
  }
}
