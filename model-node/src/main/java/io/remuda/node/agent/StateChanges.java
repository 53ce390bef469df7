package io.remuda.node.agent;

import io.remuda.protocol.NodeProtocol.MachineStateSet;
import io.remuda.protocol.NodeProtocol.SetMachineState;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.MachineId;
import java.util.Optional;

/** How a machine takes what the registry holds of it: cordons and labels. */
final class StateChanges {
  private final MachineId machine;
  private final Books books;
  private final Saving saving;
  private final Reports reports;

  StateChanges(MachineId machine, Books books, Saving saving, Reports reports) {
    this.machine = machine;
    this.books = books;
    this.saving = saving;
    this.reports = reports;
  }

  /** Obeys or refuses; the first word of a journal is on the disk before it is answered. */
  void set(SetMachineState set) {
    Optional<Refused> objection = books.state().objectionTo(set);
    MachineStateSet answer = new MachineStateSet(machine, set.version(), objection);
    // A report would have it told once more: without end while the GPUs are not known.
    if (objection.isPresent() || books.state().knows(set)) {
      set.replyTo().tell(answer);
      return;
    }
    boolean sameJournal = books.state().journal().isPresent();
    books.state(books.state().with(set));
    if (sameJournal) {
      set.replyTo().tell(answer);
    } else {
      saving.afterSaving(books.state(), () -> set.replyTo().tell(answer));
    }
    reports.publish();
  }
}
