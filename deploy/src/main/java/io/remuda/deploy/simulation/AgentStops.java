package io.remuda.deploy.simulation;

import io.remuda.deploy.check.Observation.InstanceStopped;
import io.remuda.node.agent.StopDecider;
import io.remuda.protocol.NodeProtocol;
import io.remuda.protocol.NodeProtocol.StopInstance;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.InstanceId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What an agent's Stops are: how instances leave a machine, and who is told of it when. */
final class AgentStops {

  private final World world;
  private final AgentLife life;
  private final long incarnation;
  private final Map<InstanceId, List<StopInstance>> open = new HashMap<>();

  AgentStops(World world, AgentLife life, long incarnation) {
    this.world = world;
    this.life = life;
    this.incarnation = incarnation;
  }

  void stop(StopInstance stop) {
    StopDecider.Outcome outcome =
        StopDecider.decide(
            life.state(), id -> life.instance(id).isPresent(), incarnation, now(), stop);
    if (outcome.refused().isPresent()) {
      answer(stop, outcome.refused());
      return;
    }
    if (!forgets()) {
      life.state(outcome.state());
    }
    // From now on; it is answered later, and then perhaps in another order.
    world.truth().obeyed(life.machine().id(), stop.id(), stop.epoch());
    if (outcome.here()) {
      open.computeIfAbsent(stop.id(), any -> new ArrayList<>()).add(stop);
      life.instance(stop.id()).ifPresent(here -> here.stop(stop.drain()));
    } else {
      life.afterSaving(() -> done(stop));
    }
  }

  /** An instance has ended. */
  void gone(SimulatedInstance over) {
    InstanceId id = over.id();
    world.story().see(new InstanceStopped(world.now(), life.machine().id(), id));
    if (!forgets()) {
      life.state(StopDecider.over(life.state(), id, over.state().sequence(), now()));
    }
    List<StopInstance> asked = Optional.ofNullable(open.remove(id)).orElseGet(List::of);
    life.afterSaving(() -> asked.forEach(this::done));
  }

  private boolean forgets() {
    return world.plant() == Plant.STALE_EPOCH;
  }

  private void done(StopInstance stop) {
    answer(stop, Optional.empty());
  }

  private void answer(StopInstance stop, Optional<Refused> refused) {
    stop.replyTo()
        .tell(
            new NodeProtocol.StopReply(
                stop.id(), stop.epoch(), life.machine().id(), refused, life.capacity()));
  }

  private Instant now() {
    return world.timeline().instant();
  }
}
