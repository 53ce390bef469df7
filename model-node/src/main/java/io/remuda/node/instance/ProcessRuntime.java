package io.remuda.node.instance;

import io.remuda.node.engine.Adoption;
import io.remuda.node.engine.CommandLine;
import io.remuda.node.engine.EngineProcess;
import io.remuda.node.engine.EngineProfile;
import io.remuda.node.engine.EngineProfile.ModelReference;
import io.remuda.node.engine.EngineRefusal;
import io.remuda.node.engine.EngineSpec;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.model.Resources;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An engine in a process of its own, under a keeper. */
public final class ProcessRuntime implements EngineRuntime {

  private static final Logger log = LoggerFactory.getLogger(ProcessRuntime.class);

  private final EngineTools tools;
  private final EngineProfile profile;
  private final Assignment assignment;
  private final EngineSpec spec;
  private final Path folder;

  /**
   * @throws EngineRefusal when the deployment asks for what the profile does not offer
   */
  public ProcessRuntime(
      EngineTools tools, EngineProfile profile, Assignment assignment, Path folder)
      throws EngineRefusal {
    this.tools = tools;
    this.profile = profile;
    this.assignment = assignment;
    this.folder = folder;
    this.spec =
        EngineSpec.from(assignment.id(), assignment.spec(), profile, Optional.empty())
            .withGpus(List.copyOf(assignment.gpuMiB().keySet()), assignment.gpuFraction())
            .withMemory(memoryLimit(profile, assignment));
  }

  /** Only what was declared: an estimate may be too low. Our own hosts keep to their heap. */
  private static long memoryLimit(EngineProfile profile, Assignment assignment) {
    return switch (profile.model()) {
      case JAR, ONNX -> 0;
      case FILE, FILE_OR_NAME, NAME, COMMAND, ADDRESS, NONE ->
          assignment.spec().resources().map(Resources::memoryMiB).orElse(0L);
    };
  }

  @Override
  public Serving serving() {
    return Serving.of(profile, spec, assignment);
  }

  @Override
  public boolean startsAlone() {
    return true;
  }

  /** Our own hosts size their heap by their claim. */
  @Override
  public boolean measurable() {
    return switch (profile.model()) {
      case JAR, ONNX -> false;
      case FILE, FILE_OR_NAME, NAME, COMMAND, ADDRESS, NONE -> !profile.takesShare();
    };
  }

  @Override
  public Start start() {
    try {
      return start(withModel(), tools.finder().commandLine(profile, spec.model()));
    } catch (EngineRefusal e) {
      return new Start.Not(e.refused(), e.code() != ErrorCode.ENGINE_FAILED);
    }
  }

  /** What the deployment asks for, its model not yet resolved. */
  public EngineSpec spec() {
    return spec;
  }

  /** As {@link #start()}, with a model and a command that the caller has found. */
  public Start start(EngineSpec resolved, CommandLine command) {
    try {
      return new Start.Up(
          running(tools.starter().start(folder, resolved, command, notes()), resolved.path()));
    } catch (EngineRefusal e) {
      return new Start.Not(e.refused(), e.code() != ErrorCode.ENGINE_FAILED);
    }
  }

  @Override
  public Optional<Running> adopt() {
    Adoption found = tools.starter().adopt(folder, profile, spec, notes());
    if (found instanceof Adoption.Adopted adopted) {
      // One that runs already has loaded, or its next start shows how far it is.
      return Optional.of(running(adopted.process(), Optional.empty()));
    }
    String why =
        found instanceof Adoption.Absent absent
            ? absent.reason()
            : ((Adoption.Ended) found).exit().sentence();
    log.info("not adopted instance={} reason=\"{}\"", assignment.id(), why);
    return Optional.empty();
  }

  private Map<String, String> notes() {
    return Map.of("epoch", Long.toString(assignment.epoch()));
  }

  private Running running(EngineProcess process, Optional<Path> model) {
    return new KeptEngine(
        process,
        upstream(process),
        new Probed(tools, profile, spec.serves(), process.target(), Optional.of(process)),
        model,
        profile.log());
  }

  private Upstream upstream(EngineProcess process) {
    return switch (profile.model()) {
      case JAR, ONNX -> Upstream.Http.host(process.target());
      case FILE, FILE_OR_NAME, NAME, COMMAND, ADDRESS, NONE -> Upstream.Http.of(process.target());
    };
  }

  private EngineSpec withModel() throws EngineRefusal {
    if (profile.model() == ModelReference.FILE) {
      return spec.withPath(tools.models().file(spec.model()));
    }
    if (profile.model() == ModelReference.FILE_OR_NAME && isHere(spec.model())) {
      return spec.withPath(tools.models().resolve(spec.model()));
    }
    return spec;
  }

  private boolean isHere(String model) {
    return tools.models().roots().stream().anyMatch(root -> Files.exists(root.resolve(model)));
  }
}
