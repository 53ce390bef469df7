package io.remuda.registry.model;

import com.google.protobuf.InvalidProtocolBufferException;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.registry.model.AliasEvent.AliasRemoved;
import io.remuda.registry.model.AliasEvent.AliasSet;
import io.remuda.registry.model.DeploymentEvent.DeploymentBrought;
import io.remuda.registry.model.DeploymentEvent.DeploymentChanged;
import io.remuda.registry.model.DeploymentEvent.DeploymentDeclared;
import io.remuda.registry.model.DeploymentEvent.DeploymentRemoved;
import io.remuda.registry.model.DeploymentEvent.DeploymentScaled;
import io.remuda.registry.model.DeploymentEvent.ModelDescribed;
import io.remuda.registry.model.DeploymentEvent.NameClosed;
import io.remuda.registry.model.DeploymentEvent.SchemaEvolved;
import io.remuda.registry.model.RegistrationEvent.MachineRegistered;
import io.remuda.registry.model.RegistrationEvent.MachineUnregistered;
import io.remuda.registry.model.RegistrationEvent.RegistrationRefused;
import io.remuda.registry.model.ScaleEvent.Autoscaled;
import io.remuda.registry.proto.journal.PAutoscaled;
import io.remuda.registry.proto.journal.PBrought;
import io.remuda.registry.proto.journal.PDescribed;
import io.remuda.registry.proto.journal.PEmpty;
import io.remuda.registry.proto.journal.PEvolved;
import io.remuda.registry.proto.journal.PLoad;
import io.remuda.registry.proto.journal.PModelEvent;
import io.remuda.registry.proto.journal.PRegistered;
import io.remuda.registry.proto.journal.PRegistrationRefused;
import io.remuda.registry.proto.journal.PUnregistered;
import java.time.Instant;

/**
 * Bytes of deployment events. Times are kept to the millisecond. A newer version's event that this
 * one does not know is an error, never skipped.
 */
public final class ModelCodec {

  private ModelCodec() {}

  public static byte[] encode(ModelEvent event) {
    PModelEvent.Builder proto =
        PModelEvent.newBuilder()
            .setAtMillis(event.at().toEpochMilli())
            .setName(event.name().value());
    if (event instanceof DeploymentDeclared declared) {
      proto.setDeclared(SpecCodec.toProto(declared.spec()));
    } else if (event instanceof DeploymentBrought brought) {
      proto.setBrought(
          PBrought.newBuilder()
              .setSpec(SpecCodec.toProto(brought.spec()))
              .setLease(brought.lease().value()));
    } else if (event instanceof DeploymentChanged changed) {
      proto.setChanged(SpecCodec.toProto(changed.spec()));
    } else if (event instanceof DeploymentScaled scaled) {
      proto.setScaled(scaled.replicas());
    } else if (event instanceof DeploymentRemoved) {
      proto.setRemoved(PEmpty.getDefaultInstance());
    } else if (event instanceof NameClosed) {
      proto.setClosed(PEmpty.getDefaultInstance());
    } else if (event instanceof ModelDescribed described) {
      proto.setDescribed(
          PDescribed.newBuilder()
              .setMachine(described.machine().value())
              .setFile(SpecCodec.toProto(described.file())));
    } else if (event instanceof InstanceEvent instance) {
      InstanceEventCodec.encode(instance, proto);
    } else if (event instanceof RolloutEvent rollout) {
      RolloutEventCodec.encode(rollout, proto);
    } else if (event instanceof FitEvent fit) {
      FitCodec.encode(fit, proto);
    } else if (event instanceof TenancyEvent tenancy) {
      TenancyCodec.encode(tenancy, proto);
    } else if (event instanceof SchemaEvolved evolved) {
      proto.setEvolved(
          PEvolved.newBuilder()
              .setSpec(SpecCodec.toProto(evolved.spec()))
              .setChanges(evolved.changes()));
    } else if (event instanceof MachineRegistered registered) {
      proto.setRegistered(
          PRegistered.newBuilder()
              .setSpec(SpecCodec.toProto(registered.spec()))
              .setMachine(registered.machine().value()));
    } else if (event instanceof RegistrationRefused refused) {
      proto.setRegistrationRefused(
          PRegistrationRefused.newBuilder()
              .setMachine(refused.machine().value())
              .setFingerprint(refused.fingerprint())
              .setReason(refused.reason()));
    } else if (event instanceof Autoscaled scaled) {
      proto.setAutoscaled(
          PAutoscaled.newBuilder()
              .setFrom(scaled.from())
              .setTo(scaled.to())
              .setWhy(scaled.why())
              .setLoad(
                  PLoad.newBuilder().setWaiting(scaled.waiting()).setWorking(scaled.working())));
    } else if (event instanceof SwapEvent swap) {
      SwapEventCodec.encode(swap, proto);
    } else if (event instanceof FoundNoPlace none) {
      proto.setFoundNoPlace(VerdictCodec.toProto(none));
    } else if (event instanceof AliasSet set) {
      proto.setAliasSet(set.target().value());
    } else if (event instanceof AliasRemoved) {
      proto.setAliasRemoved(PEmpty.getDefaultInstance());
    } else if (event instanceof MachineUnregistered gone) {
      proto.setUnregistered(
          PUnregistered.newBuilder().setMachine(gone.machine().value()).setReason(gone.reason()));
    }
    return proto.build().toByteArray();
  }

  public static ModelEvent decodeEvent(byte[] bytes) throws InvalidProtocolBufferException {
    PModelEvent proto = PModelEvent.parseFrom(bytes);
    ModelName name = new ModelName(proto.getName());
    Instant at = Instant.ofEpochMilli(proto.getAtMillis());
    return switch (proto.getEventCase()) {
      case DECLARED -> new DeploymentDeclared(SpecCodec.fromProto(proto.getDeclared()), at);
      case BROUGHT ->
          new DeploymentBrought(
              SpecCodec.fromProto(proto.getBrought().getSpec()),
              new LeaseId(proto.getBrought().getLease()),
              at);
      case CHANGED -> new DeploymentChanged(SpecCodec.fromProto(proto.getChanged()), at);
      case SCALED -> new DeploymentScaled(name, proto.getScaled(), at);
      case REMOVED -> new DeploymentRemoved(name, at);
      case CLOSED -> new NameClosed(name, at);
      case DESCRIBED ->
          new ModelDescribed(
              name,
              new MachineId(proto.getDescribed().getMachine()),
              SpecCodec.fromProto(proto.getDescribed().getFile()),
              at);
      case ASSIGNED, REFUSED, READY, STOPPING, ENDED, LOST, ENGINE_RESTARTED ->
          InstanceEventCodec.decode(name, proto, at);
      case ROLLOUT_BEGUN,
          ROLLOUT_PROMOTED,
          CANARY_WEIGHED,
          ROLLOUT_COMPLETED,
          ROLLOUT_HALTED,
          ROLLED_BACK ->
          RolloutEventCodec.decode(name, proto, at);
      case EVOLVED ->
          new SchemaEvolved(
              SpecCodec.fromProto(proto.getEvolved().getSpec()),
              proto.getEvolved().getChanges(),
              at);
      case REGISTERED ->
          new MachineRegistered(
              SpecCodec.fromProto(proto.getRegistered().getSpec()),
              new MachineId(proto.getRegistered().getMachine()),
              at);
      case REGISTRATION_REFUSED ->
          new RegistrationRefused(
              name,
              new MachineId(proto.getRegistrationRefused().getMachine()),
              proto.getRegistrationRefused().getFingerprint(),
              proto.getRegistrationRefused().getReason(),
              at);
      case UNREGISTERED ->
          new MachineUnregistered(
              name,
              new MachineId(proto.getUnregistered().getMachine()),
              proto.getUnregistered().getReason(),
              at);
      case AUTOSCALED ->
          new Autoscaled(
              name,
              proto.getAutoscaled().getFrom(),
              proto.getAutoscaled().getTo(),
              proto.getAutoscaled().getWhy(),
              proto.getAutoscaled().getLoad().getWaiting(),
              proto.getAutoscaled().getLoad().getWorking(),
              at);
      case CLAIM_MEASURED -> FitCodec.decode(name, proto.getClaimMeasured(), at);
      case DOES_NOT_FIT -> FitCodec.decode(name, proto.getDoesNotFit(), at);
      case FIT_FORGOTTEN -> FitCodec.decode(name, proto.getFitForgotten(), at);
      case INSTANCE_LEASED -> TenancyCodec.decode(name, proto.getInstanceLeased(), at);
      case INSTANCE_RETURNED -> TenancyCodec.decode(name, proto.getInstanceReturned(), at);
      case GAVE_WAY -> SwapEventCodec.decode(name, proto.getGaveWay(), at);
      case FOUND_NO_PLACE -> VerdictCodec.decode(name, proto.getFoundNoPlace(), at);
      case ALIAS_SET -> new AliasSet(name, new ModelName(proto.getAliasSet()), at);
      case ALIAS_REMOVED -> new AliasRemoved(name, at);
      case EVENT_NOT_SET ->
          throw new InvalidProtocolBufferException(
              "an event of " + name + " was written by a newer version; upgrade this node");
    };
  }
}
