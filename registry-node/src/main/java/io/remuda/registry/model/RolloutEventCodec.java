package io.remuda.registry.model;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.RolloutView.Stage;
import io.remuda.registry.model.RolloutEvent.RolledBack;
import io.remuda.registry.model.RolloutEvent.RolloutBegun;
import io.remuda.registry.model.RolloutEvent.RolloutCompleted;
import io.remuda.registry.model.RolloutEvent.RolloutHalted;
import io.remuda.registry.proto.journal.PModelEvent;
import io.remuda.registry.proto.journal.PModelState;
import io.remuda.registry.proto.journal.PRolledBack;
import io.remuda.registry.proto.journal.PRolloutBegun;
import io.remuda.registry.proto.journal.PRolloutCompleted;
import io.remuda.registry.proto.journal.PRolloutHalted;
import io.remuda.registry.proto.journal.PRolloutState;
import java.time.Instant;
import java.util.Optional;

/** Bytes of rollouts, within a deployment's events and in its snapshots. */
final class RolloutEventCodec {

  private RolloutEventCodec() {}

  static void encode(RolloutEvent event, PModelEvent.Builder proto) {
    if (event instanceof RolloutBegun begun) {
      proto.setRolloutBegun(PRolloutBegun.newBuilder().setSpec(SpecCodec.toProto(begun.spec())));
    } else if (event instanceof RolloutCompleted completed) {
      proto.setRolloutCompleted(PRolloutCompleted.newBuilder().setRevision(completed.revision()));
    } else if (event instanceof RolloutHalted halted) {
      proto.setRolloutHalted(
          PRolloutHalted.newBuilder()
              .setRevision(halted.revision())
              .setReason(halted.reason())
              .setCode(halted.code().name()));
    } else if (event instanceof RolledBack back) {
      proto.setRolledBack(
          PRolledBack.newBuilder().setToRevision(back.toRevision()).setReason(back.reason()));
    }
  }

  static RolloutEvent decode(ModelName name, PModelEvent proto, Instant at) {
    if (proto.hasRolloutBegun()) {
      return new RolloutBegun(SpecCodec.fromProto(proto.getRolloutBegun().getSpec()), at);
    }
    if (proto.hasRolloutCompleted()) {
      return new RolloutCompleted(name, proto.getRolloutCompleted().getRevision(), at);
    }
    if (proto.hasRolloutHalted()) {
      PRolloutHalted halted = proto.getRolloutHalted();
      return new RolloutHalted(
          name, halted.getRevision(), halted.getReason(), ErrorCode.valueOf(halted.getCode()), at);
    }
    if (proto.hasRolledBack()) {
      PRolledBack back = proto.getRolledBack();
      return new RolledBack(name, back.getToRevision(), back.getReason(), at);
    }
    throw new IllegalArgumentException(proto.getEventCase() + " is no rollout's event");
  }

  static PRolloutState toProto(Rollout rollout) {
    PRolloutState.Builder proto =
        PRolloutState.newBuilder()
            .setFrom(rollout.from())
            .setTo(rollout.to())
            .setStage(rollout.stage().name())
            .setBegunMillis(rollout.begun().toEpochMilli());
    rollout.reason().ifPresent(proto::setReason);
    rollout.code().map(ErrorCode::name).ifPresent(proto::setCode);
    return proto.build();
  }

  static Optional<Rollout> rollout(PModelState state) {
    if (!state.hasRollout()) {
      return Optional.empty();
    }
    PRolloutState proto = state.getRollout();
    return Optional.of(
        new Rollout(
            proto.getFrom(),
            proto.getTo(),
            Stage.valueOf(proto.getStage()),
            Instant.ofEpochMilli(proto.getBegunMillis()),
            proto.hasReason() ? Optional.of(proto.getReason()) : Optional.empty(),
            proto.hasCode() ? Optional.of(ErrorCode.valueOf(proto.getCode())) : Optional.empty()));
  }
}
