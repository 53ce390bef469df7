package io.remuda.registry.model;

import akka.actor.typed.ActorRef;
import akka.persistence.typed.javadsl.Effect;
import io.remuda.protocol.RegistryProtocol;
import io.remuda.protocol.RegistryProtocol.Reply;
import io.remuda.protocol.model.DeploymentView;
import java.util.Optional;

/**
 * Carries out what operators, and leases that bring one, change of a deployment: unless the name
 * itself or another one is against it. Each answer shows what stands then. Belongs to one actor.
 */
final class Changing {

  private final RegistrySteps steps;

  Changing(RegistrySteps steps) {
    this.steps = steps;
  }

  Effect<ModelEvent, ModelState> deploy(ModelState state, RegistryProtocol.Deploy c) {
    Decision decision =
        c.lease()
            .map(lease -> ModelDecider.bring(state, c.spec(), lease, steps.now()))
            .orElseGet(
                () -> ModelDecider.deploy(state, c.spec(), c.ifMatch(), c.evolve(), steps.now()));
    return run(
        state,
        Decision.unless(decision, () -> DependsDecider.deploy(state, c.spec(), steps.names())),
        c.replyTo());
  }

  Effect<ModelEvent, ModelState> scale(ModelState state, RegistryProtocol.Scale c) {
    return run(
        state,
        Decision.unless(
            ModelDecider.scale(state, c.replicas(), steps.now()),
            () -> DependsDecider.stop(state, c.replicas(), steps.names())),
        c.replyTo());
  }

  Effect<ModelEvent, ModelState> remove(ModelState state, RegistryProtocol.Remove c) {
    return run(
        state,
        c.ofLease()
            ? ModelDecider.takeBack(state, c.lease(), steps.now())
            : Decision.unless(
                ModelDecider.remove(state, steps.now()),
                () -> DependsDecider.removal(state, steps.names())),
        c.replyTo());
  }

  Effect<ModelEvent, ModelState> rollBack(ModelState state, RegistryProtocol.RollBack c) {
    return run(state, RolloutDecider.rollBack(state, steps.now()), c.replyTo());
  }

  Effect<ModelEvent, ModelState> promote(ModelState state, RegistryProtocol.Promote c) {
    return run(state, RolloutDecider.promote(state, steps.now()), c.replyTo());
  }

  Effect<ModelEvent, ModelState> weigh(ModelState state, RegistryProtocol.SetCanary c) {
    return run(state, RolloutDecider.weigh(state, c.percent(), steps.now()), c.replyTo());
  }

  Effect<ModelEvent, ModelState> retry(ModelState state, RegistryProtocol.RetryOn c) {
    return run(state, FitDecider.retry(state, c.machine(), steps.now()), c.replyTo());
  }

  Effect<ModelEvent, ModelState> get(ModelState state, RegistryProtocol.Get wish) {
    return steps.aside(
        () ->
            wish.replyTo()
                .tell(
                    view(state)
                        .map(Reply::of)
                        .orElseGet(() -> Reply.refused(ModelDecider.unknown(state)))));
  }

  private Effect<ModelEvent, ModelState> run(
      ModelState state, Decision decision, ActorRef<Reply> caller) {
    if (decision.events().isEmpty()) {
      // A conflict shows what is there.
      return steps.aside(() -> caller.tell(new Reply(view(state), decision.refused())));
    }
    return steps.write(
        decision.events(),
        why -> caller.tell(Reply.refused(why)),
        next -> {
          steps.remember(steps.soft().forRecipe());
          caller.tell(new Reply(Outlook.viewAfterChange(steps.sight(next)), Optional.empty()));
        });
  }

  private Optional<DeploymentView> view(ModelState state) {
    return Outlook.view(steps.sight(state));
  }
}
