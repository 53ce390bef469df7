package io.remuda.registry.model;

import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.ModelFile;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.Resources;
import io.remuda.protocol.model.Schema;
import io.remuda.protocol.model.Spread;
import io.remuda.registry.proto.journal.PModelFile;
import io.remuda.registry.proto.journal.PResources;
import io.remuda.registry.proto.journal.PSchema;
import io.remuda.registry.proto.journal.PSpec;
import java.util.Optional;
import java.util.OptionalInt;

/** Bytes of what is declared and described: the values inside events and snapshots. */
public final class SpecCodec {

  private SpecCodec() {}

  public static PSpec toProto(ModelSpec spec) {
    PSpec.Builder proto =
        PSpec.newBuilder()
            .setName(spec.name().value())
            .setEngine(spec.engine())
            .setReplicas(spec.replicas())
            .putAllArguments(spec.arguments())
            .putAllMachineLabels(spec.machineLabels())
            .setStrategy(spec.strategy().word())
            .setAntiAffinity(spec.antiAffinity());
    spec.model().ifPresent(proto::setModel);
    spec.resources().ifPresent(resources -> proto.setResources(toProto(resources)));
    spec.context().ifPresent(proto::setContext);
    spec.slots().ifPresent(proto::setSlots);
    spec.schema().ifPresent(schema -> proto.setSchema(toProto(schema)));
    PoliciesCodec.write(spec.policies(), proto);
    return proto.build();
  }

  public static ModelSpec fromProto(PSpec proto) {
    return new ModelSpec(
        new ModelName(proto.getName()),
        proto.getEngine(),
        proto.hasModel() ? Optional.of(proto.getModel()) : Optional.empty(),
        proto.getReplicas(),
        proto.hasResources() ? Optional.of(fromProto(proto.getResources())) : Optional.empty(),
        proto.hasContext() ? OptionalInt.of(proto.getContext()) : OptionalInt.empty(),
        proto.hasSlots() ? OptionalInt.of(proto.getSlots()) : OptionalInt.empty(),
        proto.getArgumentsMap(),
        proto.getMachineLabelsMap(),
        Spread.of(proto.getStrategy()),
        proto.getAntiAffinity(),
        proto.hasSchema() ? Optional.of(fromProto(proto.getSchema())) : Optional.empty(),
        PoliciesCodec.fromProto(proto));
  }

  static PResources toProto(Resources resources) {
    return PResources.newBuilder()
        .setGpuMemoryMib(resources.gpuMemoryMiB())
        .setMemoryMib(resources.memoryMiB())
        .setCpus(resources.cpus())
        .setGpus(resources.gpus())
        .build();
  }

  static Resources fromProto(PResources proto) {
    return new Resources(
        proto.getGpuMemoryMib(), proto.getMemoryMib(), proto.getCpus(), proto.getGpus());
  }

  static PModelFile toProto(ModelFile file) {
    PModelFile.Builder proto =
        PModelFile.newBuilder()
            .setSizeBytes(file.sizeBytes())
            .setDigest(file.digest())
            .setEstimate(toProto(file.estimate()))
            .setExact(file.exact())
            .setNote(file.note());
    file.schema().ifPresent(schema -> proto.setSchema(toProto(schema)));
    return proto.build();
  }

  static ModelFile fromProto(PModelFile proto) {
    return new ModelFile(
        proto.getSizeBytes(),
        proto.getDigest(),
        fromProto(proto.getEstimate()),
        proto.getExact(),
        proto.hasSchema() ? Optional.of(fromProto(proto.getSchema())) : Optional.empty(),
        proto.getNote());
  }

  static PSchema toProto(Schema schema) {
    return PSchema.newBuilder()
        .setFingerprint(schema.fingerprint())
        .setInputType(schema.inputType())
        .setOutputType(schema.outputType())
        .setDescriptors(schema.descriptors())
        .build();
  }

  static Schema fromProto(PSchema proto) {
    return new Schema(
        proto.getFingerprint(),
        proto.getInputType(),
        proto.getOutputType(),
        proto.getDescriptors());
  }
}
