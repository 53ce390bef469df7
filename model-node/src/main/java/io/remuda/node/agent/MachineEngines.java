package io.remuda.node.agent;

import io.remuda.node.engine.EngineFinder;
import io.remuda.node.engine.EngineProfile;
import io.remuda.node.engine.EngineProfiles;
import io.remuda.node.engine.EngineRefusal;
import io.remuda.node.engine.EngineSpec;
import io.remuda.node.instance.Assignment;
import io.remuda.node.instance.EngineRuntime;
import io.remuda.node.instance.EngineTools;
import io.remuda.node.instance.ExternalRuntime;
import io.remuda.node.instance.InstanceFolder;
import io.remuda.node.instance.JvmRuntime;
import io.remuda.node.instance.LeftRuntime;
import io.remuda.node.instance.ProcessRuntime;
import io.remuda.node.instance.RemoteRuntime;
import io.remuda.node.instance.WorkerDesk;
import io.remuda.node.jar.HostedRuntime;
import io.remuda.node.jar.JarFolder;
import io.remuda.node.jar.ModelFiles;
import io.remuda.protocol.Refused;
import io.remuda.protocol.model.EngineOffer;
import io.remuda.protocol.model.Gpu;
import io.remuda.protocol.model.ModelSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** This machine's engines, by their profiles. */
public final class MachineEngines implements Engines {

  private final EngineProfiles profiles;
  private final EngineFinder finder;
  private final EngineTools tools;
  private final InstanceFolder folders;
  private final ModelFiles jars;
  private final ModelFiles onnx;
  private final WorkerDesk workers;
  private final ModelInspector inspector;
  private final Duration jvmPace;
  private volatile List<Gpu> gpus = List.of();

  public MachineEngines(
      EngineProfiles profiles,
      EngineFinder finder,
      EngineTools tools,
      InstanceFolder folders,
      JarFolder jars,
      WorkerDesk workers,
      Duration jvmPace) {
    this.profiles = profiles;
    this.finder = finder;
    this.tools = tools;
    this.folders = folders;
    this.jars = jars.files();
    this.onnx = ModelFiles.onnx(jars, tools.models(), () -> finder.library(profiles.get("onnx")));
    this.workers = workers;
    this.jvmPace = jvmPace;
    this.inspector = new ModelInspector(tools.models(), () -> gpus);
  }

  @Override
  public List<EngineOffer> offers() {
    return profiles.all().stream().map(finder::offer).toList();
  }

  @Override
  public void gpus(List<Gpu> seen) {
    gpus = List.copyOf(seen);
  }

  @Override
  public Description describe(ModelSpec spec) {
    try {
      EngineProfile profile = profiles.get(spec.engine());
      if (profile.kind() == EngineProfile.Kind.PROCESS) {
        // Before the model is looked for: what can never be started is no matter of files.
        EngineSpec.check(spec, profile);
      }
      Optional<ModelFiles> hosted = hosted(profile);
      return Description.of(
          hosted.isPresent() ? hosted.get().inspect(spec) : inspector.inspect(profile, spec));
    } catch (EngineRefusal e) {
      return Description.refused(e.refused());
    }
  }

  @Override
  public Runtime runtime(Assignment assignment) {
    try {
      EngineProfile profile = profiles.get(assignment.spec().engine());
      return Runtime.of(
          switch (profile.kind()) {
            case PROCESS -> process(profile, assignment);
            case REMOTE -> new RemoteRuntime(tools, profile, assignment);
            case JVM -> new JvmRuntime(assignment, jvmPace);
            case EXTERNAL -> new ExternalRuntime(tools, workers, profile, assignment);
          });
    } catch (EngineRefusal e) {
      return Runtime.refused(e.refused());
    }
  }

  private EngineRuntime process(EngineProfile profile, Assignment assignment) throws EngineRefusal {
    Path folder = folders.of(assignment.id());
    Optional<ModelFiles> hosted = hosted(profile);
    return hosted.isPresent()
        ? new HostedRuntime(hosted.get(), tools, profile, assignment, folder)
        : new ProcessRuntime(tools, profile, assignment, folder);
  }

  /** The files of an engine that is a host of ours; empty for any other. */
  private Optional<ModelFiles> hosted(EngineProfile profile) {
    return switch (profile.model()) {
      case JAR -> Optional.of(jars);
      case ONNX -> Optional.of(onnx);
      case FILE, FILE_OR_NAME, NAME, COMMAND, ADDRESS, NONE -> Optional.empty();
    };
  }

  @Override
  public EngineRuntime left(Assignment assignment, Refused why) {
    return new LeftRuntime(tools.starter(), assignment, folders.of(assignment.id()), why);
  }
}
