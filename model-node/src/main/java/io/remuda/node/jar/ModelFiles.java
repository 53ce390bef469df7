package io.remuda.node.jar;

import io.remuda.node.engine.EngineRefusal;
import io.remuda.node.engine.ModelPaths;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.model.ModelFile;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.Resources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * This machine's model files of one form, in their folders and nowhere else: neither {@code ..} nor
 * an absolute path nor a symbolic link leads out. Methods that say so block, for as long as
 * describing a file may take.
 */
public final class ModelFiles {

  /** One core: an author's method computes. */
  private static final double CPUS = 1;

  private final JarSettings settings;
  private final ModelPaths paths;
  private final FileForm form;
  private final FileDescriber describer;

  ModelFiles(JarSettings settings, ModelPaths paths, FileForm form) {
    this.settings = settings;
    this.paths = paths;
    this.form = form;
    this.describer = new FileDescriber(settings, form);
  }

  /**
   * ONNX files.
   *
   * @param runtime finds the jar of the ONNX runtime
   */
  public static ModelFiles onnx(JarFolder jars, ModelPaths models, Runtime runtime) {
    return new ModelFiles(
        jars.files().settings(), models, FileForm.onnx(() -> List.of(runtime.find())));
  }

  /** Where the ONNX runtime is. */
  public interface Runtime {
    /** Refused, with how to install it, when it is not on this machine. */
    Path find() throws EngineRefusal;
  }

  /** The file that a deployment's {@code model} names. */
  Path find(String model) throws EngineRefusal {
    String places = String.join(", ", paths.roots().stream().map(Path::toString).toList());
    if (!model.endsWith(form.suffix())) {
      throw new EngineRefusal(
          ErrorCode.INVALID_SPEC,
          "engine "
              + form.engine()
              + ": model has to be the name of a file *"
              + form.suffix()
              + " in "
              + places);
    }
    try {
      return paths.file(model);
    } catch (EngineRefusal e) {
      throw e.code() == ErrorCode.MODEL_NOT_FOUND
          ? new EngineRefusal(
              ErrorCode.MODEL_NOT_FOUND,
              "there is no "
                  + form.noun()
                  + " of that name in "
                  + places
                  + " on this machine; put it there and deploy again")
          : e;
    }
  }

  /** SHA-256 of the file's content. Blocks. */
  String digest(Path file) throws EngineRefusal {
    return describer.digest(file);
  }

  /** What the file at {@code file} is. Blocks. */
  FileDescription describe(Path file) throws EngineRefusal {
    return describer.describe(file);
  }

  /** What an instance of {@code spec} would claim, and its schema. Blocks. */
  public ModelFile inspect(ModelSpec spec) throws EngineRefusal {
    Path file = find(spec.model().orElse(""));
    FileDescription model = describer.describe(file);
    try {
      long claim = settings.memoryMiB() + outsideHeapMiB(file);
      return new ModelFile(
          Files.size(file),
          describer.digest(file),
          spec.resources().orElse(new Resources(0, claim, CPUS, 0)),
          false,
          Optional.of(model.schema()),
          model.description().isEmpty() ? form.description() : model.description());
    } catch (IOException e) {
      throw new EngineRefusal(
          ErrorCode.INVALID_MODEL_FILE, "the " + form.noun() + " cannot be read here: " + e);
    }
  }

  /** The slots that the model's author wishes, where it has been described; does not block. */
  Optional<Integer> slots(ModelSpec spec) {
    try {
      return describer.known(find(spec.model().orElse(""))).map(FileDescription::slots);
    } catch (EngineRefusal e) {
      return Optional.empty();
    }
  }

  /** The heap of an instance of {@code file} that claims so much memory in all. */
  long heapMiB(Path file, long claimMiB) throws IOException {
    return settings.heapMiB(claimMiB > 0 ? Math.max(1, claimMiB - outsideHeapMiB(file)) : 0);
  }

  private long outsideHeapMiB(Path file) throws IOException {
    return form.outsideHeap() * (Files.size(file) >> 20);
  }

  FileForm form() {
    return form;
  }

  JarSettings settings() {
    return settings;
  }
}
