package io.remuda.registry.model;

import com.google.protobuf.InvalidProtocolBufferException;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.InstanceReport.Origin;
import io.remuda.registry.proto.journal.PAlias;
import io.remuda.registry.proto.journal.PDeclaration;
import io.remuda.registry.proto.journal.PDescription;
import io.remuda.registry.proto.journal.PInstance;
import io.remuda.registry.proto.journal.PModelState;
import io.remuda.registry.proto.journal.PRecipe;
import io.remuda.registry.proto.journal.PRegistration;
import io.remuda.registry.proto.journal.PRestarts;
import io.remuda.registry.proto.journal.PStop;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.TreeSet;

/** Bytes of a deployment's snapshots. Times are kept to the millisecond. */
public final class ModelStateCodec {

  private ModelStateCodec() {}

  public static byte[] encode(ModelState state) {
    PModelState.Builder proto =
        PModelState.newBuilder()
            .setName(state.name().value())
            .setSequence(state.sequence())
            .setRemoved(state.removed())
            .setFailures(state.failures().count())
            .setEvolving(state.evolving())
            .setClosed(state.closed())
            .addAllEarlier(state.earlier())
            .setPlacedBefore(state.placed().before())
            .addAllPlaced(state.placed().kept());
    state.declaration().ifPresent(declaration -> proto.setDeclaration(toProto(declaration)));
    state
        .description()
        .ifPresent(
            description ->
                proto.setDescription(
                    PDescription.newBuilder()
                        .setFile(SpecCodec.toProto(description.file()))
                        .setRevision(description.revision())));
    if (!state.schema().equals(state.toldSchema())) {
      state.schema().ifPresent(kept -> proto.setSchema(SpecCodec.toProto(kept)));
    }
    state.target().ifPresent(proto::setTarget);
    state.previous().ifPresent(proto::setPreviousRevision);
    state.failures().last().ifPresent(at -> proto.setFailedAtMillis(at.toEpochMilli()));
    state.failures().reason().ifPresent(proto::setFailure);
    state.instances().values().forEach(instance -> proto.addInstances(toProto(instance)));
    state
        .registrations()
        .forEach((machine, said) -> proto.addRegistrations(toProto(machine, said)));
    state
        .recipes()
        .byRevision()
        .forEach((revision, recipe) -> proto.addRecipes(toProto(revision, recipe)));
    state.rollout().map(RolloutEventCodec::toProto).ifPresent(proto::setRollout);
    FitCodec.encode(state.fit(), proto);
    TenancyCodec.encode(state.tenancy(), proto);
    state.given().map(SwapEventCodec::toProto).ifPresent(proto::setGiven);
    state
        .alias()
        .ifPresent(
            alias ->
                proto.setAlias(
                    PAlias.newBuilder()
                        .setTarget(alias.target().value())
                        .setVersion(alias.version())
                        .setAtMillis(alias.at().toEpochMilli())));
    return proto.build().toByteArray();
  }

  public static ModelState decode(byte[] bytes) throws InvalidProtocolBufferException {
    PModelState proto = PModelState.parseFrom(bytes);
    ModelName name = new ModelName(proto.getName());
    Map<InstanceId, Instance> instances = new TreeMap<>();
    for (PInstance instance : proto.getInstancesList()) {
      Instance decoded = fromProto(name, instance);
      instances.put(decoded.id(), decoded);
    }
    ModelState told =
        new ModelState(
            name,
            proto.getSequence(),
            proto.hasDeclaration()
                ? Optional.of(fromProto(proto.getDeclaration()))
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
            proto.getEarlierList(),
            Optional.empty(),
            placed(proto),
            recipes(proto),
            RolloutEventCodec.rollout(proto),
            proto.hasTarget() ? OptionalInt.of(proto.getTarget()) : OptionalInt.empty(),
            FitCodec.decode(proto),
            TenancyCodec.decode(name, proto),
            proto.hasPreviousRevision()
                ? OptionalLong.of(proto.getPreviousRevision())
                : OptionalLong.empty(),
            SwapEventCodec.given(proto),
            alias(proto),
            proto.getClosed());
    return told.standingFor(
        proto.hasSchema()
            ? Optional.of(SpecCodec.fromProto(proto.getSchema()))
            : told.toldSchema());
  }

  private static PDeclaration toProto(Declaration declaration) {
    PDeclaration.Builder proto =
        PDeclaration.newBuilder()
            .setSpec(SpecCodec.toProto(declaration.spec()))
            .setVersion(declaration.version())
            .setRevision(declaration.revision())
            .setCreatedAtMillis(declaration.createdAt().toEpochMilli())
            .setSelfRegistered(declaration.self());
    declaration.lease().map(LeaseId::value).ifPresent(proto::setLease);
    return proto.build();
  }

  private static Declaration fromProto(PDeclaration proto) {
    return new Declaration(
        SpecCodec.fromProto(proto.getSpec()),
        proto.getVersion(),
        proto.getRevision(),
        Instant.ofEpochMilli(proto.getCreatedAtMillis()),
        proto.getSelfRegistered(),
        proto.hasLease() ? Optional.of(new LeaseId(proto.getLease())) : Optional.empty());
  }

  private static Optional<ModelState.Alias> alias(PModelState proto) {
    return proto.hasAlias()
        ? Optional.of(
            new ModelState.Alias(
                new ModelName(proto.getAlias().getTarget()),
                proto.getAlias().getVersion(),
                Instant.ofEpochMilli(proto.getAlias().getAtMillis())))
        : Optional.empty();
  }

  private static PlacedNumbers placed(PModelState proto) {
    return proto.hasPlacedBefore()
        ? new PlacedNumbers(proto.getPlacedBefore(), new TreeSet<>(proto.getPlacedList()))
        : PlacedNumbers.unknownUpTo(proto.getSequence());
  }

  private static PRecipe toProto(long revision, Recipes.Recipe recipe) {
    PRecipe.Builder proto =
        PRecipe.newBuilder().setRevision(revision).setSpec(SpecCodec.toProto(recipe.declared()));
    recipe
        .schema()
        .ifPresent(
            schema -> proto.setSchema(SpecCodec.toProto(schema)).addAllEarlier(schema.earlier()));
    recipe.file().map(SpecCodec::toProto).ifPresent(proto::setFile);
    return proto.build();
  }

  private static Recipes recipes(PModelState proto) {
    Map<Long, Recipes.Recipe> all = new TreeMap<>();
    for (PRecipe each : proto.getRecipesList()) {
      all.put(
          each.getRevision(),
          new Recipes.Recipe(
              SpecCodec.fromProto(each.getSpec()),
              each.hasSchema()
                  ? Optional.of(SpecCodec.fromProto(each.getSchema()).after(each.getEarlierList()))
                  : Optional.empty(),
              each.hasFile()
                  ? Optional.of(SpecCodec.fromProto(each.getFile()))
                  : Optional.empty()));
    }
    return new Recipes(all);
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
    if (instance.restarts().times() > 0) {
      proto.setRestarts(
          PRestarts.newBuilder()
              .setTimes(instance.restarts().times())
              .setReason(instance.restarts().reason())
              .setAtMillis(instance.restarts().at().toEpochMilli()));
    }
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
            : Optional.empty(),
        proto.hasRestarts()
            ? new Instance.Restarts(
                proto.getRestarts().getTimes(),
                proto.getRestarts().getReason(),
                Instant.ofEpochMilli(proto.getRestarts().getAtMillis()))
            : Instance.Restarts.NONE);
  }
}
