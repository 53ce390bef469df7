package io.remuda.registry.model;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.RolloutView.Stage;
import io.remuda.registry.model.RolloutEvent.CanaryWeighed;
import io.remuda.registry.model.RolloutEvent.RolledBack;
import io.remuda.registry.model.RolloutEvent.RolloutBegun;
import io.remuda.registry.model.RolloutEvent.RolloutCompleted;
import io.remuda.registry.model.RolloutEvent.RolloutHalted;
import io.remuda.registry.model.RolloutEvent.RolloutPromoted;
import io.remuda.registry.proto.journal.PCanaryWeighed;
import io.remuda.registry.proto.journal.PModelEvent;
import io.remuda.registry.proto.journal.PModelState;
import io.remuda.registry.proto.journal.PRolledBack;
import io.remuda.registry.proto.journal.PRolloutBegun;
import io.remuda.registry.proto.journal.PRolloutCompleted;
import io.remuda.registry.proto.journal.PRolloutHalted;
import io.remuda.registry.proto.journal.PRolloutPromoted;
import io.remuda.registry.proto.journal.PRolloutState;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Bytes of rollouts, within a deployment's events and in its snapshots. */
final class RolloutEventCodec {

  private RolloutEventCodec() {}

  static void encode(RolloutEvent event, PModelEvent.Builder proto) {
    if (event instanceof RolloutBegun begun) {
      PRolloutBegun.Builder what =
          PRolloutBegun.newBuilder().setSpec(SpecCodec.toProto(begun.spec()));
      begun.back().ifPresent(what::setBackTo);
      proto.setRolloutBegun(what);
    } else if (event instanceof RolloutCompleted completed) {
      PRolloutCompleted.Builder what =
          PRolloutCompleted.newBuilder().setRevision(completed.revision());
      completed.gap().map(Duration::toMillis).ifPresent(what::setGapMillis);
      proto.setRolloutCompleted(what);
    } else if (event instanceof RolloutPromoted promoted) {
      proto.setRolloutPromoted(PRolloutPromoted.newBuilder().setRevision(promoted.revision()));
    } else if (event instanceof CanaryWeighed weighed) {
      proto.setCanaryWeighed(PCanaryWeighed.newBuilder().setPercent(weighed.percent()));
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
      PRolloutBegun begun = proto.getRolloutBegun();
      return new RolloutBegun(
          SpecCodec.fromProto(begun.getSpec()),
          begun.hasBackTo() ? OptionalLong.of(begun.getBackTo()) : OptionalLong.empty(),
          at);
    }
    if (proto.hasRolloutCompleted()) {
      PRolloutCompleted completed = proto.getRolloutCompleted();
      return new RolloutCompleted(
          name,
          completed.getRevision(),
          completed.hasGapMillis()
              ? Optional.of(Duration.ofMillis(completed.getGapMillis()))
              : Optional.empty(),
          at);
    }
    if (proto.hasRolloutPromoted()) {
      return new RolloutPromoted(name, proto.getRolloutPromoted().getRevision(), at);
    }
    if (proto.hasCanaryWeighed()) {
      return new CanaryWeighed(name, proto.getCanaryWeighed().getPercent(), at);
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
    rollout.canary().ifPresent(proto::setCanaryPercent);
    proto.setStepMillis(rollout.step().toEpochMilli());
    proto.setDarkMillis(rollout.dark().past().toMillis());
    rollout.dark().since().map(Instant::toEpochMilli).ifPresent(proto::setDarkSinceMillis);
    rollout.back().ifPresent(proto::setBackTo);
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
            proto.hasCode() ? Optional.of(ErrorCode.valueOf(proto.getCode())) : Optional.empty(),
            Instant.ofEpochMilli(
                proto.hasStepMillis() ? proto.getStepMillis() : proto.getBegunMillis()),
            proto.hasCanaryPercent()
                ? OptionalInt.of(proto.getCanaryPercent())
                : OptionalInt.empty(),
            new Rollout.Dark(
                Duration.ofMillis(proto.getDarkMillis()),
                proto.hasDarkSinceMillis()
                    ? Optional.of(Instant.ofEpochMilli(proto.getDarkSinceMillis()))
                    : Optional.empty()),
            proto.hasBackTo() ? OptionalLong.of(proto.getBackTo()) : OptionalLong.empty()));
  }
}
