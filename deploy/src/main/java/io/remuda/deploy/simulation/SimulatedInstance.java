package io.remuda.deploy.simulation;

import io.remuda.node.instance.Gate;
import io.remuda.node.instance.InstanceFolder.Kept;
import io.remuda.node.instance.InstanceState;
import io.remuda.node.instance.Lifecycle;
import io.remuda.node.instance.Lifecycle.Trigger;
import io.remuda.node.instance.RestartPolicy;
import io.remuda.node.instance.RestartPolicy.Decision;
import io.remuda.node.instance.Serving;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.model.Phase;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a ModelInstance is: one replica's life by the product's table of phases, without threads.
 */
final class SimulatedInstance {

  private static final Serving SERVING = new Serving(2, Set.of("/v1/chat/completions"), true);

  private final World world;
  private final AgentLife agent;
  private final Gate gate;
  private final SimulatedTenure tenure;
  private final Visits visits;
  private InstanceState state;
  private int run;
  private int failures;
  private Optional<Instant> readySince = Optional.empty();
  private boolean ending;
  // Its turn was taken, not only given: an engine comes, whatever is told meanwhile.
  private boolean underWay;

  SimulatedInstance(World world, AgentLife agent, Kept kept, long firstSequence) {
    this.world = world;
    this.agent = agent;
    this.state = InstanceState.first(kept, firstSequence, SERVING);
    this.gate =
        new Gate(SERVING.slots(), world.settings().instance().queue(), world.timeline()::nanos);
    this.tenure = new SimulatedTenure(world, agent, this, kept);
    this.visits = new Visits(world, this, firstSequence);
    this.state = state.keptFor(tenure.lease(), List.of());
  }

  InstanceId id() {
    return state.assignment().id();
  }

  InstanceState state() {
    return state;
  }

  Gate gate() {
    return gate;
  }

  SimulatedTenure tenure() {
    return tenure;
  }

  Visits visits() {
    return visits;
  }

  /** Brings its engine up; or takes up the one that is there. */
  void begin(boolean adopt) {
    if (adopt && agent.machine().runs(id())) {
      move(Trigger.ADOPTED);
      watch(++run);
      prove();
    } else {
      bringUp(Trigger.RESERVED);
    }
  }

  private void bringUp(Trigger trigger) {
    run++;
    move(trigger);
    agent.wantsTurn(id());
  }

  /** It is its machine's next to start an engine. */
  void turn() {
    if (state.phase() != Phase.STARTING) {
      agent.turnOver(id());
      return;
    }
    int now = run;
    underWay = true;
    agent.after(
        world.timeline().between(1, 20),
        () -> {
          // On the disk first, so that the next JVM knows what it finds.
          agent.machine().keep(new Kept(state.assignment(), state.restarts()));
          agent.after(world.timeline().between(50, 1_500), () -> spawned(now));
        });
  }

  private void spawned(int now) {
    underWay = false;
    if (now != run || state.phase() != Phase.STARTING) {
      agent.turnOver(id());
      if (state.phase() == Phase.DRAINING) {
        endEngine();
      }
      return;
    }
    agent.machine().spawn(state.assignment());
    move(Trigger.SPAWNED);
    watch(now);
    prove();
  }

  private void prove() {
    int now = run;
    agent.after(
        world.timeline().between(20, 1_000),
        () -> {
          if (now == run && state.phase() == Phase.WARMING && agent.machine().runs(id())) {
            gate.open();
            readySince = Optional.of(world.timeline().instant());
            move(Trigger.PROVEN);
            turnOver();
          }
        });
  }

  private void turnOver() {
    if (world.plant() != Plant.STUCK_START) {
      agent.turnOver(id());
    }
  }

  private void watch(int now) {
    agent.after(
        world.timeline().between(100, 200),
        () -> {
          if (now != run || ending || state.phase() == Phase.ENDED) {
            return;
          }
          if (agent.machine().runs(id())) {
            watch(now);
          } else {
            engineEnded();
          }
        });
  }

  private void engineEnded() {
    gate.close();
    agent.turnOver(id());
    if (state.phase() == Phase.DRAINING) {
      endEngine();
      return;
    }
    if (Lifecycle.next(state.phase(), Trigger.ENGINE_ENDED).isEmpty()) {
      return;
    }
    Duration readyFor =
        readySince
            .map(since -> Duration.between(since, world.timeline().instant()))
            .orElse(Duration.ZERO);
    readySince = Optional.empty();
    Decision next =
        world
            .settings()
            .instance()
            .restart()
            .decide(RestartPolicy.End.EXITED, failures, readyFor, world.timeline().random());
    run++;
    if (next instanceof Decision.Again again) {
      failures = again.failures();
      move(Trigger.ENGINE_ENDED);
      int now = run;
      agent.after(
          again.pause(),
          () -> {
            if (now == run && state.phase() == Phase.BACKOFF) {
              state = state.restarted();
              bringUp(Trigger.PAUSE_OVER);
            }
          });
    } else {
      move(Trigger.HOPELESS);
    }
  }

  void stop(Duration drain) {
    if (Lifecycle.next(state.phase(), Trigger.STOPPED).isEmpty()) {
      return;
    }
    tenure.stop();
    move(Trigger.STOPPED);
    gate.close().thenRun(this::drained);
    agent.after(drain, this::drained);
  }

  private void drained() {
    if (!underWay) {
      endEngine();
    }
  }

  private void endEngine() {
    if (ending) {
      return;
    }
    ending = true;
    agent.after(
        world.timeline().between(5, 1_000),
        () -> {
          if (world.plant() == Plant.FREE_TOO_EARLY) {
            world
                .timeline()
                .after(world.timeline().between(1_000, 6_000), () -> agent.machine().kill(id()));
          } else if (world.plant() != Plant.ORPHAN) {
            agent.machine().kill(id());
          }
          agent.machine().forget(id());
          agent.turnOver(id());
          move(Trigger.DRAINED);
          agent.gone(this);
        });
  }

  /** Something new is true of it, in the phase that it is in. */
  void say() {
    state = state.in(state.phase(), Optional.empty()).keptFor(tenure.lease(), List.of());
    String kept = tenure.lease().map(lease -> " kept for " + lease).orElse(" everybody's");
    world.story().tell(agent.machine().name(), id() + kept);
    agent.publish();
  }

  private void move(Trigger trigger) {
    Phase next =
        Lifecycle.next(state.phase(), trigger)
            .orElseThrow(() -> new IllegalStateException(state.phase() + " knows no " + trigger));
    state = state.in(next, Optional.empty()).keptFor(tenure.lease(), List.of());
    world.story().tell(agent.machine().name(), id() + " " + next);
    agent.publish();
  }
}
