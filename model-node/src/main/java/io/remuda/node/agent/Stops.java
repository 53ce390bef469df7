package io.remuda.node.agent;

import akka.Done;
import io.remuda.node.instance.InstanceFolder.Kept;
import io.remuda.node.instance.InstanceState;
import io.remuda.node.instance.ModelInstance;
import io.remuda.protocol.NodeProtocol.StopInstance;
import io.remuda.protocol.NodeProtocol.StopReply;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.Phase;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How instances leave a machine: told to stop, or with the machine itself. A stop is answered when
 * its instance is over and its tombstone is on the disk, so that no late start brings it back.
 */
final class Stops {
  private final MachineId machine;
  private final InstantSource clock;
  private final Instances instances;
  private final Books books;
  private final GpuLooks looks;
  private final Reports reports;
  private final Saving saving;
  private final Map<InstanceId, List<StopInstance>> open = new HashMap<>();

  Stops(
      MachineId machine,
      InstantSource clock,
      Instances instances,
      Books books,
      GpuLooks looks,
      Reports reports,
      Saving saving) {
    this.machine = machine;
    this.clock = clock;
    this.instances = instances;
    this.books = books;
    this.looks = looks;
    this.reports = reports;
    this.saving = saving;
  }

  /** Obeys or refuses; answered at the end. */
  void stop(StopInstance stop) {
    StopDecider.Outcome outcome =
        StopDecider.decide(
            books.state(), instances::has, reports.incarnation(), clock.instant(), stop);
    books.state(outcome.state());
    if (outcome.refused().isPresent()) {
      answer(stop, outcome.refused());
    } else if (outcome.here()) {
      // One whose actor has failed is taken up again in a moment, and stopped then.
      open.computeIfAbsent(stop.id(), any -> new ArrayList<>()).add(stop);
      instances
          .child(stop.id())
          .ifPresent(child -> child.tell(new ModelInstance.Stop(stop.drain())));
    } else {
      saving.afterSaving(books.state(), () -> answer(stop, Optional.empty()));
    }
  }

  /**
   * The actor of an instance has ended.
   *
   * @return what is to be taken up again, where the actor failed and its engine runs on
   */
  Optional<Kept> actorGone(InstanceId id) {
    instances.actorGone(id);
    Optional<InstanceState> last = instances.state(id);
    if (last.isPresent() && last.get().phase() != Phase.ENDED) {
      return Optional.of(new Kept(last.get().assignment(), last.get().restarts()));
    }
    instances.forget(id);
    looks.ended(id);
    long said = last.map(InstanceState::sequence).orElse(reports.incarnation());
    books.state(StopDecider.over(books.state(), id, said, clock.instant()));
    List<StopInstance> asked = Optional.ofNullable(open.remove(id)).orElseGet(List::of);
    Runnable answers = () -> asked.forEach(stop -> answer(stop, Optional.empty()));
    if (books.ending().isEmpty()) {
      saving.afterSaving(books.state(), answers);
    } else {
      answers.run();
    }
    return Optional.empty();
  }

  /** Stops what was told to stop while it had no actor. */
  void takenUpAgain(InstanceId id) {
    if (books.ending().isPresent() || open.containsKey(id)) {
      instances.child(id).ifPresent(child -> child.tell(new ModelInstance.Stop(Duration.ZERO)));
    }
  }

  /** Drains and ends everything; nothing new comes any more. */
  void all(NodeAgent.EndAll end) {
    books.ends(end);
    instances.stopAll(end.drain());
  }

  /** Says goodbye once all is over, when that is what was wanted. */
  void leaveWhenOver() {
    if (instances.none()) {
      books
          .ending()
          .ifPresent(
              end -> {
                reports.leave();
                end.done().tell(Done.getInstance());
              });
    }
  }

  private void answer(StopInstance stop, Optional<Refused> refused) {
    stop.replyTo().tell(new StopReply(stop.id(), stop.epoch(), machine, refused, books.capacity()));
  }
}
