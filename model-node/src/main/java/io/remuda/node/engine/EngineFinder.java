package io.remuda.node.engine;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigUtil;
import io.remuda.node.engine.EngineProfile.Executable;
import io.remuda.node.engine.EngineProfile.Kind;
import io.remuda.node.engine.EngineProfile.ModelReference;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.model.EngineOffer;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * Finds the commands of engines on this machine, and says which engines it can offer. {@link
 * #offer} runs a program and waits for it: call it off any actor's thread.
 */
public final class EngineFinder {
  private final EngineSettings settings;
  private final Map<String, String> environment;
  private final Map<String, List<String>> commands;
  private final RemoteTargets remotes;
  private final Map<Path, Version> versions = new ConcurrentHashMap<>();

  /** What a program said of itself; it is asked again when it was replaced. */
  private record Version(FileTime changed, Optional<String> said) {}

  public EngineFinder(EngineSettings settings, Config config) {
    this(settings, config, System.getenv());
  }

  EngineFinder(EngineSettings settings, Config config, Map<String, String> environment) {
    this.settings = settings;
    this.environment = Map.copyOf(environment);
    this.commands = commands(config.getConfig("remuda.node.engine.commands"));
    this.remotes = RemoteTargets.from(config, environment);
  }

  private static Map<String, List<String>> commands(Config config) {
    Map<String, List<String>> found = new TreeMap<>();
    for (String name : config.root().keySet()) {
      found.put(name, config.getStringList(ConfigUtil.joinPath(name)));
    }
    return found;
  }

  /** The addresses that a {@code remote} engine may pass requests to. */
  public RemoteTargets remotes() {
    return remotes;
  }

  /**
   * How {@code profile}'s engine is started for a deployment of {@code model}; refused when its
   * command is not on this machine.
   */
  public CommandLine commandLine(EngineProfile profile, String model) throws EngineRefusal {
    if (profile.kind() != Kind.PROCESS) {
      throw new EngineRefusal(
          ErrorCode.NO_SUCH_ENGINE, "engine " + profile.name() + " has no process to start");
    }
    if (profile.model() == ModelReference.COMMAND) {
      List<String> fixed = commands.get(model);
      if (fixed == null || fixed.isEmpty()) {
        throw new EngineRefusal(
            ErrorCode.NOT_ALLOWED,
            "this machine's list of commands (remuda.node.engine.commands) has no entry of that"
                + " name; it has "
                + commands.keySet());
      }
      Path program =
          onPath(fixed.get(0), EngineFinder::isProgram)
              .orElseThrow(() -> missing(profile, fixed.get(0)));
      return new CommandLine(profile, Optional.of(program), fixed.subList(1, fixed.size()));
    }
    return new CommandLine(profile, Optional.of(program(profile)), List.of());
  }

  /** The jar of {@code profile}'s runtime; refused when it is not on this machine. */
  public Path library(EngineProfile profile) throws EngineRefusal {
    return located(profile, path -> Files.isRegularFile(path) && Files.isReadable(path));
  }

  private Path program(EngineProfile profile) throws EngineRefusal {
    return located(profile, EngineFinder::isProgram);
  }

  private Path located(EngineProfile profile, Predicate<Path> usable) throws EngineRefusal {
    Executable wanted = profile.executable();
    String named = environment.getOrDefault(wanted.variable(), "");
    if (!named.isBlank()) {
      // A wrong path is an error to show, not a reason to look elsewhere.
      return onPath(named, usable)
          .orElseThrow(() -> missing(profile, named + " (from " + wanted.variable() + ")"));
    }
    for (String location : wanted.locations()) {
      Path path = Path.of(location.replace("{engines}", settings.engines().toString()));
      if (usable.test(path)) {
        return path;
      }
    }
    for (String name : wanted.names()) {
      Optional<Path> found = onPath(name, usable);
      if (found.isPresent()) {
        return found.get();
      }
    }
    throw missing(profile, String.join(", ", wanted.names()));
  }

  private Optional<Path> onPath(String name, Predicate<Path> usable) {
    if (name.contains("/")) {
      return Optional.of(Path.of(name)).filter(usable);
    }
    for (String folder : environment.getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
      if (!folder.isBlank() && usable.test(Path.of(folder, name))) {
        return Optional.of(Path.of(folder, name));
      }
    }
    return Optional.empty();
  }

  private static boolean isProgram(Path path) {
    return Files.isRegularFile(path) && Files.isExecutable(path);
  }

  private static EngineRefusal missing(EngineProfile profile, String what) {
    String install = profile.executable().install();
    return new EngineRefusal(
        ErrorCode.NO_SUCH_ENGINE,
        "engine "
            + profile.name()
            + " is not on this machine"
            + (what.isBlank() ? "" : ": no program " + what)
            + (install.isBlank() ? "" : "; " + install));
  }

  /** Whether this machine can run the engine, and as which version. */
  public EngineOffer offer(EngineProfile profile) {
    switch (profile.kind()) {
      case JVM, EXTERNAL:
        return new EngineOffer(profile.name(), true, Optional.empty(), Optional.empty());
      case REMOTE:
        return listed(profile, remotes.isEmpty(), "remuda.node.engine.remotes lists no address");
      case PROCESS:
        break;
    }
    if (profile.model() == ModelReference.JAR) {
      // It runs on the Java that runs us.
      String java = "Java " + Runtime.version();
      return new EngineOffer(profile.name(), true, Optional.of(java), Optional.empty());
    }
    if (profile.model() == ModelReference.COMMAND) {
      return listed(profile, commands.isEmpty(), "remuda.node.engine.commands lists no command");
    }
    try {
      if (profile.model() == ModelReference.ONNX) {
        String runtime = library(profile).toRealPath().getFileName().toString();
        return new EngineOffer(profile.name(), true, Optional.of(runtime), Optional.empty());
      }
      Path program = program(profile);
      return new EngineOffer(profile.name(), true, versionOf(program, profile), Optional.empty());
    } catch (EngineRefusal e) {
      return absent(profile, e.refused().message());
    } catch (IOException e) {
      return absent(profile, "the runtime's file cannot be read: " + e);
    }
  }

  private static EngineOffer absent(EngineProfile profile, String why) {
    return new EngineOffer(profile.name(), false, Optional.empty(), Optional.of(why));
  }

  private static EngineOffer listed(EngineProfile profile, boolean none, String why) {
    return new EngineOffer(
        profile.name(), !none, Optional.empty(), none ? Optional.of(why) : Optional.empty());
  }

  private Optional<String> versionOf(Path program, EngineProfile profile) {
    try {
      FileTime changed = Files.getLastModifiedTime(program);
      Version known = versions.get(program);
      if (known == null || !known.changed().equals(changed)) {
        known = new Version(changed, version(program, profile));
        versions.put(program, known);
      }
      return known.said();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** The first line with a digit in it that the program says; empty when it says none in time. */
  private Optional<String> version(Path program, EngineProfile profile) {
    if (profile.version().isEmpty()) {
      return Optional.empty();
    }
    List<String> line = new ArrayList<>();
    line.add(program.toString());
    line.addAll(profile.version());
    try {
      Path output = Files.createTempFile("engine-version", ".txt");
      try {
        Process process =
            new ProcessBuilder(line)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        if (!process.waitFor(settings.versionLimit().toMillis(), TimeUnit.MILLISECONDS)) {
          process.destroyForcibly();
          return Optional.empty();
        }
        return EngineLog.tail(output, EngineProcess.LAST_LINES).stream()
            .filter(each -> each.matches(".*version.*\\d.*"))
            .findFirst()
            .map(each -> each.replaceFirst("^.*version:?\\s*", "").strip());
      } finally {
        Files.deleteIfExists(output);
      }
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }
}
