package io.remuda.registry.machine;

import akka.actor.typed.ActorRef;
import io.remuda.protocol.MachineProtocol.Reply;
import io.remuda.protocol.NodeProtocol;
import io.remuda.protocol.id.JournalId;
import io.remuda.protocol.model.NodeReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Whether a machine's agent does as was decided, and who waits until it does. The agent is told
 * again and again until it says that it obeys the version of now; another life of it starts anew.
 */
public final class Obedience {

  private record Waiting(long version, ActorRef<Reply> caller) {}

  private final JournalId journal;
  private final ActorRef<NodeProtocol.MachineStateSet> answers;
  private final List<Waiting> waiting = new ArrayList<>();
  private Optional<ActorRef<NodeProtocol.Command>> agent = Optional.empty();
  private long incarnation = Long.MIN_VALUE;
  private Optional<Long> obeyed = Optional.empty();

  public Obedience(JournalId journal, ActorRef<NodeProtocol.MachineStateSet> answers) {
    this.journal = journal;
    this.answers = answers;
  }

  /** Whether an agent was ever heard. */
  boolean hasAgent() {
    return agent.isPresent();
  }

  /** The agent's last report; it is told what it does not obey. */
  public void heard(MachineState state, ActorRef<NodeProtocol.Command> from, NodeReport report) {
    agent = Optional.of(from);
    if (report.incarnation() != incarnation || !MachineDecider.obeys(state, report)) {
      incarnation = report.incarnation();
      obeyed = Optional.empty();
    }
    // One of another fleet would refuse, now and for ever.
    boolean ours = report.journal().isEmpty() || report.journal().get().equals(journal);
    if (ours && !obeys(state)) {
      tell(state);
    }
  }

  /** Whether it has said so of the version of now. */
  public boolean obeys(MachineState state) {
    return obeyed.isPresent() && obeyed.get() == state.sequence();
  }

  /** Tells the agent; {@code caller} is answered when it obeys. */
  public void await(MachineState state, ActorRef<Reply> caller) {
    waiting.add(new Waiting(state.sequence(), caller));
    tell(state);
  }

  /** The agent obeys {@code version}, or refused it. */
  public void answered(long version, boolean obeys, Reply reply) {
    if (obeys) {
      obeyed = Optional.of(version);
    }
    waiting.removeIf(
        one -> {
          boolean due = one.version() <= version;
          if (due) {
            one.caller().tell(reply);
          }
          return due;
        });
  }

  /** {@code caller} waits no longer. */
  void giveUp(ActorRef<Reply> caller, Reply reply) {
    if (waiting.removeIf(one -> one.caller().equals(caller))) {
      caller.tell(reply);
    }
  }

  /** Nobody waits here any longer. */
  void giveUpAll(Reply reply) {
    waiting.forEach(one -> one.caller().tell(reply));
    waiting.clear();
  }

  private void tell(MachineState state) {
    agent.ifPresent(
        ref ->
            ref.tell(
                new NodeProtocol.SetMachineState(
                    journal,
                    state.sequence(),
                    state.cordoned(),
                    state.labels(),
                    state.cordonedGpus(),
                    answers)));
  }
}
