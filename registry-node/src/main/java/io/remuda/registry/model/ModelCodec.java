package io.remuda.registry.model;

import com.google.protobuf.InvalidProtocolBufferException;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.InstanceReport.Origin;
import io.remuda.registry.model.DeploymentEvent.DeploymentChanged;
import io.remuda.registry.model.DeploymentEvent.DeploymentDeclared;
import io.remuda.registry.model.DeploymentEvent.DeploymentRemoved;
import io.remuda.registry.model.DeploymentEvent.DeploymentScaled;
import io.remuda.registry.model.DeploymentEvent.ModelDescribed;
import io.remuda.registry.model.DeploymentEvent.SchemaEvolved;
import io.remuda.registry.model.InstanceEvent.InstanceAssigned;
import io.remuda.registry.model.InstanceEvent.InstanceEnded;
import io.remuda.registry.model.InstanceEvent.InstanceLost;
import io.remuda.registry.model.InstanceEvent.InstanceReady;
import io.remuda.registry.model.InstanceEvent.InstanceRefused;
import io.remuda.registry.model.InstanceEvent.InstanceStopping;
import io.remuda.registry.model.RegistrationEvent.MachineRegistered;
import io.remuda.registry.model.RegistrationEvent.MachineUnregistered;
import io.remuda.registry.model.RegistrationEvent.RegistrationRefused;
import io.remuda.registry.proto.journal.PAssigned;
import io.remuda.registry.proto.journal.PDeclaration;
import io.remuda.registry.proto.journal.PDescribed;
import io.remuda.registry.proto.journal.PDescription;
import io.remuda.registry.proto.journal.PEmpty;
import io.remuda.registry.proto.journal.PEnded;
import io.remuda.registry.proto.journal.PEvolved;
import io.remuda.registry.proto.journal.PInstance;
import io.remuda.registry.proto.journal.PLost;
import io.remuda.registry.proto.journal.PModelEvent;
import io.remuda.registry.proto.journal.PModelState;
import io.remuda.registry.proto.journal.PRefused;
import io.remuda.registry.proto.journal.PRegistered;
import io.remuda.registry.proto.journal.PRegistration;
import io.remuda.registry.proto.journal.PRegistrationRefused;
import io.remuda.registry.proto.journal.PStop;
import io.remuda.registry.proto.journal.PStopping;
import io.remuda.registry.proto.journal.PUnregistered;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Bytes of deployment events and snapshots. Times are kept to the millisecond. A newer version's
 * event that this one does not know is an error, never skipped.
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
    } else if (event instanceof DeploymentChanged changed) {
      proto.setChanged(SpecCodec.toProto(changed.spec()));
    } else if (event instanceof DeploymentScaled scaled) {
      proto.setScaled(scaled.replicas());
    } else if (event instanceof DeploymentRemoved) {
      proto.setRemoved(PEmpty.getDefaultInstance());
    } else if (event instanceof ModelDescribed described) {
      proto.setDescribed(
          PDescribed.newBuilder()
              .setMachine(described.machine().value())
              .setFile(SpecCodec.toProto(described.file())));
    } else if (event instanceof InstanceAssigned assigned) {
      proto.setAssigned(
          PAssigned.newBuilder()
              .setNumber(assigned.id().number())
              .setMachine(assigned.machine().value())
              .setClaim(SpecCodec.toProto(assigned.claim()))
              .setOrigin(assigned.origin().name()));
    } else if (event instanceof InstanceRefused refused) {
      proto.setRefused(
          PRefused.newBuilder()
              .setNumber(refused.id().number())
              .setMachine(refused.machine().value())
              .setCode(refused.code().name())
              .setReason(refused.reason()));
    } else if (event instanceof InstanceReady ready) {
      proto.setReady(ready.id().number());
    } else if (event instanceof InstanceStopping stopping) {
      proto.setStopping(
          PStopping.newBuilder().setNumber(stopping.id().number()).setReason(stopping.reason()));
    } else if (event instanceof InstanceEnded ended) {
      proto.setEnded(
          PEnded.newBuilder()
              .setNumber(ended.id().number())
              .setFailed(ended.failed())
              .setReason(ended.reason()));
    } else if (event instanceof InstanceLost lost) {
      proto.setLost(
          PLost.newBuilder()
              .setNumber(lost.id().number())
              .setMachine(lost.machine().value())
              .setReason(lost.reason()));
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
      case CHANGED -> new DeploymentChanged(SpecCodec.fromProto(proto.getChanged()), at);
      case SCALED -> new DeploymentScaled(name, proto.getScaled(), at);
      case REMOVED -> new DeploymentRemoved(name, at);
      case DESCRIBED ->
          new ModelDescribed(
              name,
              new MachineId(proto.getDescribed().getMachine()),
              SpecCodec.fromProto(proto.getDescribed().getFile()),
              at);
      case ASSIGNED ->
          new InstanceAssigned(
              new InstanceId(name, proto.getAssigned().getNumber()),
              new MachineId(proto.getAssigned().getMachine()),
              SpecCodec.fromProto(proto.getAssigned().getClaim()),
              Origin.valueOf(proto.getAssigned().getOrigin()),
              at);
      case REFUSED ->
          new InstanceRefused(
              new InstanceId(name, proto.getRefused().getNumber()),
              new MachineId(proto.getRefused().getMachine()),
              ErrorCode.valueOf(proto.getRefused().getCode()),
              proto.getRefused().getReason(),
              at);
      case READY -> new InstanceReady(new InstanceId(name, proto.getReady()), at);
      case STOPPING ->
          new InstanceStopping(
              new InstanceId(name, proto.getStopping().getNumber()),
              proto.getStopping().getReason(),
              at);
      case ENDED ->
          new InstanceEnded(
              new InstanceId(name, proto.getEnded().getNumber()),
              proto.getEnded().getFailed(),
              proto.getEnded().getReason(),
              at);
      case LOST ->
          new InstanceLost(
              new InstanceId(name, proto.getLost().getNumber()),
              new MachineId(proto.getLost().getMachine()),
              proto.getLost().getReason(),
              at);
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
      case EVENT_NOT_SET ->
          throw new InvalidProtocolBufferException(
              "an event of " + name + " was written by a newer version; upgrade this node");
    };
  }

  public static byte[] encode(ModelState state) {
    PModelState.Builder proto =
        PModelState.newBuilder()
            .setName(state.name().value())
            .setSequence(state.sequence())
            .setRemoved(state.removed())
            .setFailures(state.failures().count())
            .setEvolving(state.evolving())
            .addAllEarlier(state.earlier());
    state
        .declaration()
        .ifPresent(
            declaration ->
                proto.setDeclaration(
                    PDeclaration.newBuilder()
                        .setSpec(SpecCodec.toProto(declaration.spec()))
                        .setVersion(declaration.version())
                        .setRevision(declaration.revision())
                        .setCreatedAtMillis(declaration.createdAt().toEpochMilli())
                        .setSelfRegistered(declaration.self())));
    state
        .description()
        .ifPresent(
            description ->
                proto.setDescription(
                    PDescription.newBuilder()
                        .setFile(SpecCodec.toProto(description.file()))
                        .setRevision(description.revision())));
    state.failures().last().ifPresent(at -> proto.setFailedAtMillis(at.toEpochMilli()));
    state.failures().reason().ifPresent(proto::setFailure);
    state.instances().values().forEach(instance -> proto.addInstances(toProto(instance)));
    state
        .registrations()
        .forEach((machine, said) -> proto.addRegistrations(toProto(machine, said)));
    return proto.build().toByteArray();
  }

  public static ModelState decodeState(byte[] bytes) throws InvalidProtocolBufferException {
    PModelState proto = PModelState.parseFrom(bytes);
    ModelName name = new ModelName(proto.getName());
    Map<InstanceId, Instance> instances = new TreeMap<>();
    for (PInstance instance : proto.getInstancesList()) {
      Instance decoded = fromProto(name, instance);
      instances.put(decoded.id(), decoded);
    }
    return new ModelState(
        name,
        proto.getSequence(),
        proto.hasDeclaration()
            ? Optional.of(
                new ModelState.Declaration(
                    SpecCodec.fromProto(proto.getDeclaration().getSpec()),
                    proto.getDeclaration().getVersion(),
                    proto.getDeclaration().getRevision(),
                    Instant.ofEpochMilli(proto.getDeclaration().getCreatedAtMillis()),
                    proto.getDeclaration().getSelfRegistered()))
            : Optional.empty(),
        proto.getRemoved(),
        proto.hasDescription()
            ? Optional.of(
                new ModelState.Description(
                    SpecCodec.fromProto(proto.getDescription().getFile()),
                    proto.getDescription().getRevision()))
            : Optional.empty(),
        instances,
        new ModelState.Failures(
            proto.getFailures(),
            proto.hasFailedAtMillis()
                ? Optional.of(Instant.ofEpochMilli(proto.getFailedAtMillis()))
                : Optional.empty(),
            proto.hasFailure() ? Optional.of(proto.getFailure()) : Optional.empty()),
        proto.getEvolving(),
        registrations(proto),
        proto.getEarlierList());
  }

  private static PRegistration toProto(MachineId machine, ModelState.Registration said) {
    PRegistration.Builder proto =
        PRegistration.newBuilder().setMachine(machine.value()).setFingerprint(said.fingerprint());
    said.refused().ifPresent(proto::setRefused);
    return proto.build();
  }

  private static Map<MachineId, ModelState.Registration> registrations(PModelState proto) {
    Map<MachineId, ModelState.Registration> all = new TreeMap<>();
    for (PRegistration each : proto.getRegistrationsList()) {
      all.put(
          new MachineId(each.getMachine()),
          new ModelState.Registration(
              each.getFingerprint(),
              each.hasRefused() ? Optional.of(each.getRefused()) : Optional.empty()));
    }
    return all;
  }

  private static PInstance toProto(Instance instance) {
    PInstance.Builder proto =
        PInstance.newBuilder()
            .setNumber(instance.id().number())
            .setMachine(instance.machine().value())
            .setClaim(SpecCodec.toProto(instance.claim()))
            .setRevision(instance.revision())
            .setOrigin(instance.origin().name())
            .setAssignedAtMillis(instance.assignedAt().toEpochMilli());
    instance.readyAt().ifPresent(at -> proto.setReadyAtMillis(at.toEpochMilli()));
    instance
        .stop()
        .ifPresent(
            stop ->
                proto.setStop(PStop.newBuilder().setEpoch(stop.epoch()).setReason(stop.reason())));
    return proto.build();
  }

  private static Instance fromProto(ModelName name, PInstance proto) {
    return new Instance(
        new InstanceId(name, proto.getNumber()),
        new MachineId(proto.getMachine()),
        SpecCodec.fromProto(proto.getClaim()),
        proto.getRevision(),
        Origin.valueOf(proto.getOrigin()),
        Instant.ofEpochMilli(proto.getAssignedAtMillis()),
        proto.hasReadyAtMillis()
            ? Optional.of(Instant.ofEpochMilli(proto.getReadyAtMillis()))
            : Optional.empty(),
        proto.hasStop()
            ? Optional.of(
                new Instance.Stop(proto.getStop().getEpoch(), proto.getStop().getReason()))
            : Optional.empty());
  }
}
