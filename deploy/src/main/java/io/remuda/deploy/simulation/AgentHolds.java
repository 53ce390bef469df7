package io.remuda.deploy.simulation;

import akka.actor.typed.ActorRef;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.NodeProtocol.HoldInstance;
import io.remuda.protocol.NodeProtocol.HoldReply;
import io.remuda.protocol.NodeProtocol.ReleaseInstance;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.model.LeaseToken;
import java.util.Optional;

/** What an agent's Holds are: orders about leases, obeyed by the instance that they name. */
final class AgentHolds {

  private final AgentLife life;

  AgentHolds(AgentLife life) {
    this.life = life;
  }

  void hold(HoldInstance order) {
    life.instance(order.id())
        .ifPresentOrElse(
            here ->
                here.tenure()
                    .hold(
                        order.grant(),
                        order.ttl(),
                        refused -> answer(order.id(), order.grant(), refused, order.replyTo())),
            () ->
                answer(
                    order.id(),
                    order.grant(),
                    Optional.of(Refused.of(ErrorCode.MODEL_NOT_READY, order.id() + " is not here")),
                    order.replyTo()));
  }

  /** What is not here holds nothing. */
  void release(ReleaseInstance order) {
    life.instance(order.id())
        .ifPresentOrElse(
            here ->
                here.tenure()
                    .release(
                        order.grant(),
                        refused -> answer(order.id(), order.grant(), refused, order.replyTo())),
            () -> answer(order.id(), order.grant(), Optional.empty(), order.replyTo()));
  }

  private void answer(
      InstanceId id, LeaseToken grant, Optional<Refused> refused, ActorRef<HoldReply> replyTo) {
    long highest =
        life.instance(id).map(here -> here.tenure().gate().tenure().highest()).orElse(0L);
    replyTo.tell(new HoldReply(id, grant, life.machine().id(), highest, refused));
  }
}
