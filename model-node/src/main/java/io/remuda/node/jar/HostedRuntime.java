package io.remuda.node.jar;

import io.remuda.node.engine.CommandLine;
import io.remuda.node.engine.EngineProfile;
import io.remuda.node.engine.EngineRefusal;
import io.remuda.node.engine.EngineSpec;
import io.remuda.node.instance.Assignment;
import io.remuda.node.instance.EngineRuntime;
import io.remuda.node.instance.EngineTools;
import io.remuda.node.instance.ProcessRuntime;
import io.remuda.node.instance.Serving;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.model.ModelSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A model's file in a JVM of its own, under a keeper as any engine's process. The instance runs a
 * copy of a jar, so that a new one may be put into the folder while it serves.
 */
public final class HostedRuntime implements EngineRuntime {
  private static final String COPY = "model";
  private static final String TEMPORARY = "tmp";
  private static final String SLOTS = "slots";

  private final ModelFiles files;
  private final EngineProfile profile;
  private final Assignment assignment;
  private final Path folder;
  private final ProcessRuntime process;

  /**
   * @param folder the instance's own
   * @throws EngineRefusal when the deployment asks for what the profile does not offer
   */
  public HostedRuntime(
      ModelFiles files,
      EngineTools tools,
      EngineProfile profile,
      Assignment assignment,
      Path folder)
      throws EngineRefusal {
    this.files = files;
    this.profile = profile;
    this.assignment = assignment;
    this.folder = folder;
    this.process = new ProcessRuntime(tools, profile, assignment, folder);
  }

  @Override
  public Serving serving() {
    Serving process = this.process.serving();
    return new Serving(slots(), process.endpoints(), process.clean(), process.continues());
  }

  /** The deployment's; else its author's, which an earlier start has written down. */
  private int slots() {
    ModelSpec spec = assignment.spec();
    return spec.slots()
        .orElseGet(() -> written().or(() -> files.slots(spec)).orElse(ModelSpec.DEFAULT_SLOTS));
  }

  private Optional<Integer> written() {
    try {
      return Optional.of(Integer.valueOf(Files.readString(folder.resolve(SLOTS)).strip()));
    } catch (IOException | NumberFormatException e) {
      return Optional.empty();
    }
  }

  @Override
  public Start start() {
    try {
      Path file = files.find(assignment.spec().model().orElse(""));
      String fingerprint = files.describe(file).schema().fingerprint();
      EngineSpec resolved = process.spec().withPath(prepared(file)).withContext(0, slots());
      List<String> fixed =
          new ArrayList<>(
              HostCommand.arguments(
                  "serve",
                  files.heapMiB(file, assignment.claim().memoryMiB()),
                  TemporaryFolder.fresh(folder.resolve(TEMPORARY)),
                  files.form().libraries().find()));
      fixed.addAll(List.of("--fingerprint", expected(fingerprint)));
      return process.start(
          resolved, new CommandLine(profile, Optional.of(HostCommand.java()), fixed));
    } catch (EngineRefusal e) {
      return new Start.Not(e.refused(), e.code() != ErrorCode.ENGINE_FAILED);
    } catch (IOException e) {
      EngineRefusal failed =
          new EngineRefusal(
              ErrorCode.ENGINE_FAILED,
              "the instance's folder cannot be filled: " + e + "; is there room on the disk?");
      return new Start.Not(failed.refused(), false);
    }
  }

  /**
   * The fleet knows one schema under the model's name; a file of another is never served under it.
   */
  private String expected(String found) throws EngineRefusal {
    String declared = assignment.spec().schema().map(each -> each.fingerprint()).orElse(found);
    if (!declared.equals(found)) {
      throw new EngineRefusal(
          ErrorCode.SCHEMA_CONFLICT,
          "the "
              + files.form().noun()
              + " on this machine takes or gives other messages than the deployment (schema "
              + found
              + ", declared "
              + declared
              + "); put the same one on every machine, or deploy it under a new name");
    }
    return declared;
  }

  private Path prepared(Path file) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve(SLOTS), Integer.toString(slots()));
    if (!files.form().copied()) {
      return file;
    }
    Path copy = folder.resolve(COPY + files.form().suffix());
    Path fresh = folder.resolve(COPY + ".tmp");
    Files.copy(file, fresh, StandardCopyOption.REPLACE_EXISTING);
    return Files.move(fresh, copy, StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  public Optional<Running> adopt() {
    return process.adopt();
  }
}
