package io.remuda.registry.model;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.NodeProtocol;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.ModelFile;
import io.remuda.protocol.model.SchemaDiff;
import io.remuda.registry.model.DeploymentEvent.ModelDescribed;
import io.remuda.registry.model.InstanceEvent.InstanceEnded;
import io.remuda.registry.model.InstanceEvent.InstanceRefused;
import io.remuda.registry.model.RegistryMessage.DescribeAnswered;
import io.remuda.registry.model.RegistryMessage.StartAnswered;
import io.remuda.registry.model.RegistryMessage.StopAnswered;
import java.time.Instant;
import java.util.Optional;

/**
 * What a machine's answer comes to. An answer that did not come, or that is about something past,
 * changes nothing: the reconciler sends again what is still wanted.
 */
public final class AnswerDecider {

  private AnswerDecider() {}

  /**
   * After the answer to a start.
   *
   * <p>A refusal ends the assignment and is written, once per reason: refused again for the same
   * one, the assignment stays and its start is sent again, or a machine that refuses for days would
   * fill the journal.
   */
  public static Plan start(Sight sight, StartAnswered answer) {
    SoftState soft = sight.soft();
    if (answer.reply().isEmpty()) {
      return Plan.remember(soft);
    }
    Optional<Refused> refused = answer.reply().get().refused();
    if (refused.isEmpty()) {
      return Plan.remember(soft.takenBy(answer.machine(), answer.id()));
    }
    Instance instance = sight.state().instances().get(answer.id());
    // A refusal that comes after a later start was obeyed is past: the machine runs it.
    if (instance == null || instance.stopping() || sight.report(instance).isPresent()) {
      return Plan.remember(soft);
    }
    ErrorCode code = refused.get().code();
    String reason = refused.get().message();
    if (code == ErrorCode.ENDED || code == ErrorCode.STALE_EPOCH) {
      return Plan.write(new InstanceEnded(answer.id(), false, reason, sight.now()), soft);
    }
    boolean known = soft.hold(answer.machine()).map(h -> h.reason().equals(reason)).orElse(false);
    SoftState held =
        (isMissing(refused.get()) ? soft.lacking(answer.machine(), instance.revision()) : soft)
            .refusedBy(answer.machine(), reason, sight.now(), sight.policy());
    return known
        ? Plan.remember(held.stands(answer.id(), refused.get()))
        : Plan.write(
            new InstanceRefused(answer.id(), answer.machine(), code, reason, sight.now()), held);
  }

  /**
   * After the answer to a stop. A machine that ran an instance of this id without having been
   * assigned it was told to stop it too; its answer says nothing of the one that was.
   */
  public static Plan stop(Sight sight, StopAnswered answer) {
    Instance instance = sight.state().instances().get(answer.id());
    if (instance == null || !instance.stopping() || !hasEndedOn(instance.machine(), answer)) {
      return Plan.remember(sight.soft());
    }
    String reason = instance.stop().map(Instance.Stop::reason).orElse("stopped");
    return Plan.write(new InstanceEnded(answer.id(), false, reason, sight.now()), sight.soft());
  }

  private static boolean hasEndedOn(MachineId machine, StopAnswered answer) {
    return answer
        .reply()
        .filter(reply -> reply.machine().equals(machine) && reply.refused().isEmpty())
        .isPresent();
  }

  /** After a machine's word on the model. */
  public static Plan describe(Sight sight, DescribeAnswered answer) {
    ModelState state = sight.state();
    boolean outdated =
        state.live().isEmpty()
            || state.live().get().revision() != answer.revision()
            || state.currentFile().isPresent();
    if (outdated || answer.reply().isEmpty()) {
      return Plan.remember(sight.soft());
    }
    NodeProtocol.Described described = answer.reply().get();
    if (described.file().isEmpty()) {
      return described.refused().filter(AnswerDecider::isMissing).isPresent()
          ? absent(
              sight.with(state, sight.soft().lacking(answer.machine(), answer.revision())),
              answer,
              described.refused())
          : absent(sight, answer, described.refused());
    }
    ModelFile file = described.file().get();
    Optional<Refused> conflict = conflict(state, file);
    if (conflict.isPresent()) {
      return absent(sight, answer, conflict);
    }
    return Plan.write(
        new ModelDescribed(state.name(), answer.machine(), file, sight.now()),
        sight.soft().described(answer.machine(), answer.revision()));
  }

  /** What was added is taken where an operator has asked for it. */
  private static Optional<Refused> conflict(ModelState state, ModelFile file) {
    boolean added =
        state.evolving()
            && state.schema().isPresent()
            && file.schema().isPresent()
            && SchemaDiff.between(state.schema().get(), file.schema().get()).isCompatible();
    return added ? Optional.empty() : ModelDecider.conflict(state, file.schema());
  }

  private static boolean isMissing(Refused refused) {
    return refused.code() == ErrorCode.MODEL_NOT_FOUND;
  }

  private static Plan absent(Sight sight, DescribeAnswered answer, Optional<Refused> why) {
    Instant retry = sight.now().plus(sight.policy().describeRetry());
    return Plan.remember(
        sight
            .soft()
            .absent(
                answer.machine(),
                why.map(Refused::message).orElse("not here"),
                why.map(Refused::code),
                sight.incarnation(answer.machine()),
                retry));
  }
}
