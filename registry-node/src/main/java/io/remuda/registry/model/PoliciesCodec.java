package io.remuda.registry.model;

import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.Defaults;
import io.remuda.protocol.model.Keep;
import io.remuda.protocol.model.Policies;
import io.remuda.protocol.model.Relief;
import io.remuda.protocol.model.RolloutWish;
import io.remuda.protocol.model.Scaling;
import io.remuda.registry.proto.journal.PRolloutWish;
import io.remuda.registry.proto.journal.PScaling;
import io.remuda.registry.proto.journal.PShadow;
import io.remuda.registry.proto.journal.PSpec;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/**
 * Bytes of how a deployment moves; one that says nothing of it has the bytes that it had before.
 */
final class PoliciesCodec {

  private PoliciesCodec() {}

  static void write(Policies policies, PSpec.Builder proto) {
    policies.scaling().ifPresent(scaling -> proto.setScaling(toProto(scaling)));
    if (!policies.rollout().equals(RolloutWish.DEFAULT)) {
      proto.setRollout(toProto(policies.rollout()));
    }
    proto.setPinned(policies.keep().pinned());
    proto.setPriority(policies.keep().priority());
    policies.needs().forEach(need -> proto.addNeeds(need.value()));
    policies.relief().fallbacks().forEach(name -> proto.addFallbacks(name.value()));
    policies
        .relief()
        .shadow()
        .ifPresent(
            shadow ->
                proto.setShadow(
                    PShadow.newBuilder().setTo(shadow.to().value()).setShare(shadow.share())));
    proto.putAllDefaults(policies.defaults().numbers());
    policies.defaults().system().ifPresent(proto::setDefaultSystem);
  }

  static Policies fromProto(PSpec proto) {
    return new Policies(
        proto.hasScaling() ? Optional.of(fromProto(proto.getScaling())) : Optional.empty(),
        proto.hasRollout() ? fromProto(proto.getRollout()) : RolloutWish.DEFAULT,
        new Keep(proto.getPinned(), proto.getPriority()),
        proto.getNeedsList().stream().map(ModelName::new).collect(Collectors.toSet()),
        relief(proto),
        new Defaults(
            proto.getDefaultsMap(),
            proto.hasDefaultSystem() ? Optional.of(proto.getDefaultSystem()) : Optional.empty()));
  }

  private static Relief relief(PSpec proto) {
    return new Relief(
        proto.getFallbacksList().stream().map(ModelName::new).toList(),
        proto.hasShadow()
            ? Optional.of(
                new Relief.Shadow(
                    new ModelName(proto.getShadow().getTo()), proto.getShadow().getShare()))
            : Optional.empty());
  }

  private static PScaling toProto(Scaling scaling) {
    PScaling.Builder proto =
        PScaling.newBuilder()
            .setMin(scaling.min())
            .setMax(scaling.max())
            .setQueueTarget(scaling.queueTarget());
    scaling.idleAfter().ifPresent(after -> proto.setIdleAfterMillis(after.toMillis()));
    scaling.ttft().ifPresent(limit -> proto.setTtftMillis(limit.toMillis()));
    return proto.build();
  }

  private static Scaling fromProto(PScaling proto) {
    return new Scaling(
        proto.getMin(),
        proto.getMax(),
        millis(proto.hasIdleAfterMillis(), proto.getIdleAfterMillis()),
        proto.getQueueTarget(),
        millis(proto.hasTtftMillis(), proto.getTtftMillis()));
  }

  private static PRolloutWish toProto(RolloutWish wish) {
    PRolloutWish.Builder proto =
        PRolloutWish.newBuilder().setStrategy(wish.strategy().word()).setSurge(wish.surge());
    wish.deadline().ifPresent(deadline -> proto.setDeadlineMillis(deadline.toMillis()));
    wish.canary().ifPresent(proto::setCanaryPercent);
    return proto.build();
  }

  private static RolloutWish fromProto(PRolloutWish proto) {
    return new RolloutWish(
        RolloutWish.Strategy.of(proto.getStrategy()),
        proto.getSurge(),
        millis(proto.hasDeadlineMillis(), proto.getDeadlineMillis()),
        proto.hasCanaryPercent() ? OptionalInt.of(proto.getCanaryPercent()) : OptionalInt.empty());
  }

  private static Optional<Duration> millis(boolean present, long millis) {
    return present ? Optional.of(Duration.ofMillis(millis)) : Optional.empty();
  }
}
