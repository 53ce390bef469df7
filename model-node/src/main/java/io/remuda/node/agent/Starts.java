package io.remuda.node.agent;

import io.remuda.node.instance.Assignment;
import io.remuda.node.instance.EngineRuntime;
import io.remuda.node.instance.InstanceFolder.Kept;
import io.remuda.node.instance.ModelInstance;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.NodeProtocol.StartInstance;
import io.remuda.protocol.NodeProtocol.StartReply;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.MachineId;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;

/** How instances come onto a machine: by command, or because their engines are there already. */
final class Starts {
  private static final Refused NOT_RUNNABLE =
      Refused.of(
          ErrorCode.NO_SUCH_ENGINE,
          "nothing on this machine runs this instance any more; stop it, or bring its profile back");

  private static final Refused OVER =
      Refused.of(
          ErrorCode.ENDED, "this instance has ended on this machine; what is left of it goes");

  private static final Refused SHUTTING_DOWN =
      Refused.of(ErrorCode.SHUTTING_DOWN, "this machine is shutting down");

  private final MachineId machine;
  private final Engines engines;
  private final Instances instances;
  private final Books books;
  private final Logger log;

  Starts(MachineId machine, Engines engines, Instances instances, Books books, Logger log) {
    this.machine = machine;
    this.engines = engines;
    this.instances = instances;
    this.books = books;
    this.log = log;
  }

  /** Obeys or refuses, and answers; the same start again is obeyed without doing it twice. */
  void start(StartInstance start) {
    answer(start, books.ending().isPresent() ? Optional.of(SHUTTING_DOWN) : obey(start));
  }

  private void answer(StartInstance start, Optional<Refused> objection) {
    if (objection.isEmpty()) {
      books.state(books.state().seen(start.id(), start.epoch(), start.journal()));
    } else {
      log.info("refused start instance={} reason={}", start.id(), objection.get().message());
    }
    start
        .replyTo()
        .tell(new StartReply(start.id(), start.epoch(), machine, objection, books.capacity()));
  }

  private Optional<Refused> obey(StartInstance start) {
    StartDecider.Outcome outcome =
        StartDecider.decide(
            machine, books.state(), books.ledger(), books.gpusKnown(), instances::has, start);
    if (outcome.begins().isEmpty()) {
      return outcome.refused();
    }
    StartDecider.Promised promised = outcome.begins().get();
    Engines.Runtime runtime = engines.runtime(promised.assignment());
    if (runtime.engine().isEmpty()) {
      return runtime.refused();
    }
    books.ledger(promised.ledger());
    instances.begin(new Kept(promised.assignment(), 0), runtime.engine().get(), false);
    return Optional.empty();
  }

  /** Takes up what a former JVM, or a failed actor, has left. */
  void takeUp(Kept kept) {
    Assignment assignment = kept.assignment();
    // Its folder could not be removed, or came back with an old copy of the disk.
    boolean over = books.state().tombstones().containsKey(assignment.id());
    Engines.Runtime known = over ? Engines.Runtime.refused(OVER) : engines.runtime(assignment);
    // What cannot be run may still live, and uses its claim until it is told to stop.
    EngineRuntime runtime =
        known
            .engine()
            .orElseGet(() -> engines.left(assignment, known.refused().orElse(NOT_RUNNABLE)));
    books.ledger(
        books
            .ledger()
            .with(
                assignment.id(),
                new CapacityLedger.Promise(assignment.claim(), assignment.gpuMiB())));
    books.state(books.state().seen(assignment.id(), assignment.epoch(), assignment.journal()));
    instances.begin(kept, runtime, true);
    if (over) {
      log.warn("ending what is left of an instance that has ended instance={}", assignment.id());
      instances
          .child(assignment.id())
          .ifPresent(child -> child.tell(new ModelInstance.Stop(Duration.ZERO)));
    }
  }
}
