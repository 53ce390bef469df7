package io.remuda.node.agent;

import io.remuda.node.engine.EngineProfile;
import io.remuda.node.engine.EngineProfile.Kind;
import io.remuda.node.engine.EngineProfile.ModelReference;
import io.remuda.node.engine.EngineRefusal;
import io.remuda.node.engine.ModelPaths;
import io.remuda.node.gguf.BadModelFile;
import io.remuda.node.gguf.GgufHeader;
import io.remuda.node.gguf.HuggingFaceEstimate;
import io.remuda.node.gguf.MemoryEstimate;
import io.remuda.node.jvm.JvmModel;
import io.remuda.node.jvm.JvmModels;
import io.remuda.node.jvm.TypedModel;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.model.Gpu;
import io.remuda.protocol.model.ModelFile;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.Resources;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Finds out what a model would claim of this machine: from the header where there is one, by
 * formula or guess where there is none, and says which. Blocks.
 */
final class ModelInspector {

  /** Of an engine that says nothing of itself: a guess. */
  private static final Resources UNKNOWN = new Resources(0, 64, 0.5, 0);

  /** The demonstration models; a guess. */
  private static final Resources IN_JVM = new Resources(0, 16, 0.1, 0);

  private static final double ENGINE_CPUS = 1;
  private static final int SAMPLE_BYTES = 1 << 20;
  private static final int MOST_GPUS = 16;

  private final ModelPaths models;
  private final Supplier<List<Gpu>> gpus;

  ModelInspector(ModelPaths models, Supplier<List<Gpu>> gpus) {
    this.models = models;
    this.gpus = gpus;
  }

  /** Of one instance; what the deployment itself claims is taken as it is. */
  ModelFile inspect(EngineProfile profile, ModelSpec spec) throws EngineRefusal {
    String model = spec.model().orElse("");
    if (profile.kind() == Kind.JVM) {
      return inJvm(spec);
    }
    if (profile.kind() == Kind.EXTERNAL) {
      return ofItsOwn(spec);
    }
    try {
      if (profile.model() == ModelReference.FILE) {
        return gguf(spec, models.file(model));
      }
      if (profile.model() == ModelReference.FILE_OR_NAME && isFolderHere(model)) {
        return folder(spec, models.resolve(model));
      }
      return new ModelFile(
          0,
          "",
          spec.resources().orElse(UNKNOWN),
          false,
          Optional.empty(),
          "a guess: engine " + profile.name() + " resolves the model itself");
    } catch (BadModelFile e) {
      throw new EngineRefusal(ErrorCode.INVALID_MODEL_FILE, "model " + model + ": " + e.sentence());
    } catch (IOException e) {
      throw new EngineRefusal(
          ErrorCode.INVALID_MODEL_FILE, "model " + model + " cannot be read here: " + e);
    }
  }

  private static ModelFile ofItsOwn(ModelSpec spec) throws EngineRefusal {
    if (spec.schema().isEmpty()) {
      throw new EngineRefusal(
          ErrorCode.INVALID_SPEC,
          "a worker tells its schema when it joins a machine; "
              + spec.name()
              + " has none yet: start"
              + " a worker of that name, which needs no deployment");
    }
    return new ModelFile(
        0,
        "",
        spec.resources().orElse(Resources.NONE),
        spec.resources().isPresent(),
        spec.schema(),
        "a worker's process is its own: nothing is reserved for it");
  }

  private static ModelFile inJvm(ModelSpec spec) throws EngineRefusal {
    String name = spec.model().orElse(spec.name().value());
    JvmModel model =
        JvmModels.find(name)
            .orElseThrow(
                () -> {
                  Refused unknown = JvmModels.unknown();
                  return new EngineRefusal(unknown.code(), unknown.message());
                });
    return new ModelFile(
        0,
        "",
        spec.resources().orElse(IN_JVM),
        false,
        model instanceof TypedModel typed ? Optional.of(typed.schema()) : Optional.empty(),
        model.description());
  }

  private boolean isFolderHere(String model) {
    return !model.isBlank()
        && models.roots().stream().anyMatch(root -> Files.isDirectory(root.resolve(model)));
  }

  private ModelFile gguf(ModelSpec spec, Path file) throws IOException, BadModelFile {
    MemoryEstimate estimate =
        MemoryEstimate.of(
            GgufHeader.read(file),
            spec.context().orElse(0),
            spec.slots().orElse(ModelSpec.DEFAULT_SLOTS));
    return described(spec, estimate, smallestClaim(estimate), Files.size(file), digest(file));
  }

  /** On as few GPUs as hold it; on none where there is none, or where all of them are too small. */
  private Resources smallestClaim(MemoryEstimate estimate) {
    long largest = gpus.get().stream().mapToLong(Gpu::memoryTotalMiB).max().orElse(0);
    for (int count = 1; count <= Math.min(MOST_GPUS, gpus.get().size()); count *= 2) {
      Resources claim = estimate.claim(count, ENGINE_CPUS);
      if (claim.gpuMemoryMiB() / count <= largest) {
        return claim;
      }
    }
    return estimate.claim(0, ENGINE_CPUS);
  }

  private ModelFile folder(ModelSpec spec, Path folder) throws IOException, BadModelFile {
    int parallel = spec.resources().map(Resources::gpus).filter(count -> count > 0).orElse(1);
    MemoryEstimate estimate =
        HuggingFaceEstimate.of(
            folder, spec.context().orElse(0), spec.slots().orElse(ModelSpec.DEFAULT_SLOTS));
    Resources claim = estimate.claim(gpus.get().isEmpty() ? 0 : parallel, ENGINE_CPUS);
    return described(
        spec, estimate, claim, estimate.weightBytes(), digest(folder.resolve("config.json")));
  }

  private static ModelFile described(
      ModelSpec spec, MemoryEstimate estimate, Resources claim, long bytes, String digest) {
    return new ModelFile(
        bytes,
        digest,
        spec.resources().orElse(claim),
        estimate.weightsExact() && estimate.cacheExact(),
        Optional.empty(),
        spec.resources().isPresent() ? "as the deployment claims" : estimate.note());
  }

  /** Of the size, the first and the last MiB: enough to tell two files of one name apart. */
  private static String digest(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      sha.update(ByteBuffer.allocate(Long.BYTES).putLong(channel.size()).flip());
      sha.update(sample(channel, 0));
      sha.update(sample(channel, Math.max(0, channel.size() - SAMPLE_BYTES)));
      return HexFormat.of().formatHex(sha.digest(), 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private static ByteBuffer sample(FileChannel channel, long from) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(SAMPLE_BYTES, channel.size()));
    while (bytes.hasRemaining() && channel.read(bytes, from + bytes.position()) > 0) {
      // Until the sample is whole or the file ends.
    }
    return bytes.flip();
  }
}
