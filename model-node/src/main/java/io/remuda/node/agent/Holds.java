package io.remuda.node.agent;

import io.remuda.node.instance.Hosted;
import io.remuda.node.instance.ModelInstance;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.NodeProtocol.HoldInstance;
import io.remuda.protocol.NodeProtocol.HoldReply;
import io.remuda.protocol.NodeProtocol.ReleaseInstance;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.JournalId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.LeaseToken;
import java.util.Optional;

/** Leases of this machine's instances: whose orders are obeyed, and by which instance. */
final class Holds {
  private static final Optional<Refused> NO_TIME =
      Optional.of(
          Refused.of(ErrorCode.INVALID_REQUEST, "a lease needs a time to live of more than 0"));

  private final MachineId machine;
  private final Instances instances;
  private final Books books;
  private final Hosted hosted;

  Holds(MachineId machine, Instances instances, Books books, Hosted hosted) {
    this.machine = machine;
    this.instances = instances;
    this.books = books;
    this.hosted = hosted;
  }

  /** Obeys or refuses; the same hold again is obeyed without doing it twice. */
  void hold(HoldInstance order) {
    Optional<Refused> objection =
        objectionTo(order.journal())
            .or(() -> order.ttl().isNegative() || order.ttl().isZero() ? NO_TIME : Optional.empty())
            .or(
                () ->
                    instances.child(order.id()).isEmpty() ? absent(order.id()) : Optional.empty());
    if (objection.isPresent()) {
      answer(order, objection);
      return;
    }
    ModelInstance.Hold hold =
        new ModelInstance.Hold(
            order.grant(), order.ttl(), refused -> answer(order, refused), order.slots());
    instances.child(order.id()).ifPresent(child -> child.tell(hold));
  }

  /** Obeys or refuses; what is not here holds nothing. */
  void release(ReleaseInstance order) {
    Optional<Refused> objection =
        objectionTo(order.journal())
            .or(() -> instances.failed(order.id()) ? absent(order.id()) : Optional.empty());
    if (objection.isPresent() || instances.child(order.id()).isEmpty()) {
      answer(order, objection);
      return;
    }
    ModelInstance.Release release =
        new ModelInstance.Release(order.grant(), refused -> answer(order, refused));
    instances.child(order.id()).ifPresent(child -> child.tell(release));
  }

  private Optional<Refused> objectionTo(JournalId journal) {
    return books.ending().isPresent()
        ? Optional.of(Refused.of(ErrorCode.SHUTTING_DOWN, "this machine is shutting down"))
        : books.state().objectionTo(journal);
  }

  private Optional<Refused> absent(InstanceId id) {
    return Optional.of(
        Refused.of(
            ErrorCode.MODEL_NOT_READY,
            "%s has no instance %s that could be leased now; look where it is, and try again"
                .formatted(machine, id)));
  }

  private void answer(HoldInstance order, Optional<Refused> refused) {
    order.replyTo().tell(reply(order.id(), order.grant(), refused));
  }

  private void answer(ReleaseInstance order, Optional<Refused> refused) {
    order.replyTo().tell(reply(order.id(), order.grant(), refused));
  }

  private HoldReply reply(InstanceId id, LeaseToken grant, Optional<Refused> refused) {
    long highest = hosted.find(id).map(shown -> shown.lease().highest()).orElse(0L);
    return new HoldReply(id, grant, machine, highest, refused);
  }
}
