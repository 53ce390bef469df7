package io.remuda.node.agent;

import io.remuda.node.instance.Assignment;
import io.remuda.node.instance.EngineRuntime;
import io.remuda.node.instance.InstanceFolder.Kept;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.NodeProtocol.StartInstance;
import io.remuda.protocol.NodeProtocol.StartReply;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.InstanceReport;
import java.util.Optional;
import org.slf4j.Logger;

/** How instances come onto a machine: by command, or because their engines are there already. */
final class Starts {
  static final Refused NOT_YET =
      Refused.of(
          ErrorCode.CORDONED,
          "this machine has just started and still looks at its GPUs; try again in a moment");
  private static final Refused NOT_RUNNABLE =
      Refused.of(
          ErrorCode.NO_SUCH_ENGINE,
          "nothing on this machine runs this instance any more; stop it, or bring its profile back");

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
    Optional<Refused> objection =
        books.ending().isPresent()
            ? Optional.of(Refused.of(ErrorCode.SHUTTING_DOWN, "this machine is shutting down"))
            : books.state().objectionTo(start, instances::has);
    if (objection.isEmpty() && !instances.has(start.id())) {
      objection = books.gpusKnown() ? accept(start) : Optional.of(NOT_YET);
    }
    if (objection.isEmpty()) {
      books.state(books.state().seen(start.id(), start.epoch(), start.journal()));
    } else {
      log.info("refused start instance={} reason={}", start.id(), objection.get().message());
    }
    start
        .replyTo()
        .tell(new StartReply(start.id(), start.epoch(), machine, objection, books.capacity()));
  }

  private Optional<Refused> accept(StartInstance start) {
    CapacityLedger.Outcome outcome =
        books.ledger().reserve(start.id(), start.claim(), machine.toString());
    if (outcome.ledger().isEmpty()) {
      return outcome.refused();
    }
    CapacityLedger promised = outcome.ledger().get();
    Assignment assignment =
        new Assignment(
            start.id(),
            start.epoch(),
            start.journal(),
            InstanceReport.Origin.ASSIGNED,
            start.spec(),
            start.claim(),
            promised.shareOf(start.id()),
            promised.fractionOf(start.id()));
    Engines.Runtime runtime = engines.runtime(assignment);
    if (runtime.engine().isEmpty()) {
      return runtime.refused();
    }
    books.ledger(promised);
    instances.begin(new Kept(assignment, 0), runtime.engine().get(), false);
    return Optional.empty();
  }

  /** Takes up what a former JVM, or a failed actor, has left. */
  void takeUp(Kept kept) {
    Assignment assignment = kept.assignment();
    Engines.Runtime known = engines.runtime(assignment);
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
  }
}
