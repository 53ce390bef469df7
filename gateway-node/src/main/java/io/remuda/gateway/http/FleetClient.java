package io.remuda.gateway.http;

import akka.actor.typed.ActorRef;
import io.remuda.gateway.routing.DemandVoice;
import io.remuda.protocol.AuditProtocol;
import io.remuda.protocol.FleetProtocol;
import io.remuda.protocol.MachineProtocol;
import io.remuda.protocol.RegistryProtocol;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.Departure;
import io.remuda.protocol.model.DeploymentView;
import io.remuda.protocol.model.EventView;
import io.remuda.protocol.model.Explanation;
import io.remuda.protocol.model.Forecast;
import io.remuda.protocol.model.InstanceView;
import io.remuda.protocol.model.MachineView;
import io.remuda.protocol.model.ModelSpec;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;

/**
 * Asks the registry of deployments, machines and what happens in the fleet, on behalf of HTTP. It
 * outlives the cluster's ActorSystem: how a question gets there, and what is answered where it does
 * not, its {@link RegistryLink} says.
 */
public final class FleetClient implements DemandVoice.Registry {

  private final RegistryLink link;

  /**
   * @param askTimeout within which the registry answers, or is not there
   * @param local where all answers arrive
   */
  public FleetClient(Duration askTimeout, Executor local) {
    this(new RegistryLink(askTimeout, local));
  }

  FleetClient(RegistryLink link) {
    this.link = link;
  }

  /** The way to the registry, which others have questions for too. */
  RegistryLink link() {
    return link;
  }

  /** Whether a registry node is in sight; says nothing of its journal. */
  public boolean seesRegistry() {
    return link.seesRegistry();
  }

  /** Told to every registry node in sight; what is lost is told again. */
  @Override
  public void demand(FleetProtocol.Demand demand) {
    link.tellViews(demand);
  }

  /** Told to the owner of the name, where a registry node is in sight. */
  @Override
  public void wanted(ModelName model, int waiting) {
    link.tell(
        RegistryProtocol.TYPE_KEY, model.value(), new RegistryProtocol.Wanted(model, waiting));
  }

  public CompletionStage<DeploymentView> deploy(
      ModelSpec spec, Optional<Long> ifMatch, boolean evolve) {
    return deployment(
        spec.name(), replyTo -> new RegistryProtocol.Deploy(spec, ifMatch, evolve, replyTo));
  }

  public CompletionStage<DeploymentView> scale(ModelName name, int replicas) {
    return deployment(name, replyTo -> new RegistryProtocol.Scale(name, replicas, replyTo));
  }

  CompletionStage<DeploymentView> retryOn(ModelName name, MachineId machine) {
    return deployment(name, replyTo -> new RegistryProtocol.RetryOn(name, machine, replyTo));
  }

  public CompletionStage<DeploymentView> remove(ModelName name) {
    return deployment(name, replyTo -> new RegistryProtocol.Remove(name, replyTo));
  }

  public CompletionStage<DeploymentView> get(ModelName name) {
    return link.<RegistryProtocol.Command, RegistryProtocol.Reply>again(
            RegistryProtocol.TYPE_KEY,
            name.value(),
            replyTo -> new RegistryProtocol.Get(name, replyTo))
        .thenApply(reply -> RegistryLink.present(reply.deployment(), reply.refused()));
  }

  public CompletionStage<Explanation> explain(ModelName name) {
    return link.<RegistryProtocol.Command, RegistryProtocol.Explained>again(
            RegistryProtocol.TYPE_KEY,
            name.value(),
            replyTo -> new RegistryProtocol.Explain(name, replyTo))
        .thenApply(reply -> RegistryLink.present(reply.explanation(), reply.refused()));
  }

  public CompletionStage<MachineView> cordon(MachineId machine) {
    return machine(machine, replyTo -> new MachineProtocol.Cordon(machine, replyTo));
  }

  public CompletionStage<MachineView> uncordon(MachineId machine) {
    return machine(machine, replyTo -> new MachineProtocol.Uncordon(machine, replyTo));
  }

  CompletionStage<MachineView> cordonGpu(MachineId machine, String gpu) {
    return machine(machine, replyTo -> new MachineProtocol.CordonGpu(machine, gpu, replyTo));
  }

  CompletionStage<MachineView> uncordonGpu(MachineId machine, String gpu) {
    return machine(machine, replyTo -> new MachineProtocol.UncordonGpu(machine, gpu, replyTo));
  }

  /**
   * @param force also where something that runs there has no other place
   */
  public CompletionStage<MachineView> drain(MachineId machine, boolean force) {
    return machine(machine, replyTo -> new MachineProtocol.Drain(machine, force, replyTo));
  }

  CompletionStage<MachineView> drainGpu(MachineId machine, String gpu, boolean force) {
    return machine(machine, replyTo -> new MachineProtocol.DrainGpu(machine, gpu, force, replyTo));
  }

  /** What would come of what runs there; nothing is changed. */
  CompletionStage<List<Forecast>> foresee(
      MachineId machine, Departure.Kind kind, Optional<String> gpu) {
    return link.<MachineProtocol.Command, MachineProtocol.Foreseen>again(
            MachineProtocol.TYPE_KEY,
            machine.value(),
            replyTo -> new MachineProtocol.Foresee(machine, kind, gpu, replyTo))
        .thenApply(
            foreseen ->
                RegistryLink.present(Optional.of(foreseen.forecasts()), foreseen.refused()));
  }

  /** What a deployment would come to; nothing is changed. */
  CompletionStage<Forecast> foresee(ModelSpec spec, Optional<Long> ifMatch, boolean evolve) {
    return link.<RegistryProtocol.Command, RegistryProtocol.Foreseen>again(
            RegistryProtocol.TYPE_KEY,
            spec.name().value(),
            replyTo -> new RegistryProtocol.ForeseeDeploy(spec, ifMatch, evolve, replyTo))
        .thenApply(foreseen -> RegistryLink.present(foreseen.forecast(), foreseen.refused()));
  }

  CompletionStage<MachineView> label(MachineId machine, LabelChange change) {
    return machine(
        machine,
        replyTo -> new MachineProtocol.SetLabels(machine, change.set(), change.removed(), replyTo));
  }

  public CompletionStage<MachineView> machine(MachineId machine) {
    return link.<MachineProtocol.Command, MachineProtocol.Reply>again(
            MachineProtocol.TYPE_KEY,
            machine.value(),
            replyTo -> new MachineProtocol.Get(machine, replyTo))
        .thenApply(reply -> RegistryLink.present(reply.machine(), reply.refused()));
  }

  public CompletionStage<List<MachineView>> machines() {
    return link.<FleetProtocol.Machines>view(FleetProtocol.ListMachines::new)
        .thenApply(FleetProtocol.Machines::machines);
  }

  /** The machines that are given up now; none when no mass loss was held back. */
  public CompletionStage<List<MachineId>> confirmLoss() {
    return link.<FleetProtocol.LossConfirmed>view(FleetProtocol.ConfirmLoss::new)
        .thenApply(FleetProtocol.LossConfirmed::machines);
  }

  public CompletionStage<List<InstanceView>> instances() {
    return link.<FleetProtocol.Instances>view(FleetProtocol.ListInstances::new)
        .thenApply(FleetProtocol.Instances::instances);
  }

  /** Events after {@code after}; an empty list when none came within {@code patience}. */
  public CompletionStage<List<EventView>> events(
      long after, int limit, Optional<String> subject, Duration patience) {
    return link.<FleetProtocol.Events>view(
            replyTo -> new FleetProtocol.ReadEvents(after, limit, subject, patience, replyTo),
            patience)
        .thenApply(FleetClient::eventsOf);
  }

  /** The last events there are now, oldest of them first. */
  public CompletionStage<List<EventView>> newestEvents(int limit, Optional<String> subject) {
    return link.<FleetProtocol.Events>view(
            replyTo -> new FleetProtocol.ReadNewest(limit, subject, replyTo))
        .thenApply(FleetClient::eventsOf);
  }

  /** Fails where it is not known to be in the journal. */
  CompletionStage<AuditProtocol.Kept> keep(AuditProtocol.Deed deed) {
    return link.<AuditProtocol.Command, AuditProtocol.Kept>once(
            AuditProtocol.TYPE_KEY,
            AuditProtocol.ENTITY_ID,
            replyTo -> new AuditProtocol.Keep(deed, replyTo))
        .thenApply(kept -> RegistryLink.present(Optional.of(kept), kept.refused()));
  }

  private static List<EventView> eventsOf(FleetProtocol.Events reply) {
    return RegistryLink.present(Optional.of(reply.events()), reply.refused());
  }

  CompletionStage<DeploymentView> deployment(
      ModelName name,
      Function<ActorRef<RegistryProtocol.Reply>, RegistryProtocol.Command> message) {
    return link.once(RegistryProtocol.TYPE_KEY, name.value(), message)
        .thenApply(reply -> RegistryLink.present(reply.deployment(), reply.refused()));
  }

  private CompletionStage<MachineView> machine(
      MachineId id, Function<ActorRef<MachineProtocol.Reply>, MachineProtocol.Command> message) {
    return link.once(MachineProtocol.TYPE_KEY, id.value(), message)
        .thenApply(reply -> RegistryLink.present(reply.machine(), reply.refused()));
  }
}
