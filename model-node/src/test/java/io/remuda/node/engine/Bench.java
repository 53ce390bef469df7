package io.remuda.node.engine;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.remuda.node.engine.EngineProfile.ArgumentGroup;
import io.remuda.node.engine.EngineProfile.Condition;
import io.remuda.node.engine.EngineProfile.Endpoint;
import io.remuda.node.engine.EngineProfile.Executable;
import io.remuda.node.engine.EngineProfile.Kind;
import io.remuda.node.engine.EngineProfile.ModelReference;
import io.remuda.node.engine.EngineProfile.Traffic;
import io.remuda.protocol.model.Continues;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** What tests of engines need: the real starter and probe, and a shell as an engine. */
final class Bench implements AutoCloseable {
  static final Duration LIMIT = Duration.ofSeconds(60);

  /** Limits that only a machine that stands still for long reaches; a test of one sets its own. */
  private static final String PATIENCE =
      "remuda.node.engine { start-limit = 60s, end-limit = 45s, version-limit = 60s }";

  final Config config;
  final EngineSettings settings;
  final EngineStarter starter;
  final EngineProbe probe;

  Bench() {
    this("");
  }

  Bench(String overrides) {
    config =
        ConfigFactory.parseString(overrides)
            .withFallback(ConfigFactory.parseString(PATIENCE))
            .withFallback(ConfigFactory.defaultReference())
            .resolve();
    settings = EngineSettings.from(config);
    starter = new EngineStarter(settings);
    probe = new EngineProbe(settings);
  }

  EngineFinder finder(Map<String, String> environment) {
    return new EngineFinder(settings, config, environment);
  }

  /** The real llama-server on {@code model}. */
  EngineProcess llama(Path folder, Path binary, Path model) throws EngineRefusal {
    EngineProfile profile = EngineProfiles.builtIn().get("llama-server");
    CommandLine line =
        finder(Map.of("REMUDA_LLAMA_SERVER", binary.toString())).commandLine(profile, "demo.gguf");
    EngineSpec spec =
        EngineSpec.of("demo-1", "demo", "demo.gguf")
            .withPath(model)
            .withContext(512, 2)
            // Threads that wait for each other on a busy machine cost more than they give.
            .withOptions(Map.of("threads", "1"));
    return starter.start(folder, spec, line, Map.of("epoch", "7"));
  }

  static EngineProfile llamaProfile() throws EngineRefusal {
    return EngineProfiles.builtIn().get("llama-server");
  }

  Readiness ready(EngineProcess process) throws Exception {
    return await(
        probe.awaitReady(
            llamaProfile(), Endpoint.CHAT, process.target(), Optional.of(process), LIMIT));
  }

  /** A shell script as an engine. */
  EngineProcess shell(Path folder, String script) throws EngineRefusal {
    return shell(folder, script, Map.of("SEEN_PORT", "{port}"));
  }

  /** As {@link #shell(Path, String)}, its keeper too with these variables. */
  EngineProcess shell(Path folder, String script, Map<String, String> environment)
      throws EngineRefusal {
    return shell(folder, script, environment, EngineSpec.of("shell-1", "shell", ""), Map.of());
  }

  /** As {@link #shell(Path, String)}, for what {@code spec} says and with these notes. */
  EngineProcess shell(
      Path folder,
      String script,
      Map<String, String> environment,
      EngineSpec spec,
      Map<String, String> notes)
      throws EngineRefusal {
    EngineProfile profile = shellProfile(environment);
    CommandLine line =
        new CommandLine(profile, Optional.of(Path.of("/bin/sh")), List.of("-c", script));
    return starter.start(folder, spec, line, notes);
  }

  static EngineProfile shellProfile() {
    return shellProfile(Map.of("SEEN_PORT", "{port}"));
  }

  private static EngineProfile shellProfile(Map<String, String> environment) {
    return new EngineProfile(
        "shell",
        "a shell script",
        Kind.PROCESS,
        Traffic.CLEAN,
        "for tests",
        Set.of(Endpoint.CHAT),
        ModelReference.NAME,
        Executable.NONE,
        List.of(new ArgumentGroup(Condition.ALWAYS, List.of())),
        environment,
        Map.of(),
        List.of(),
        List.of("CUDA out of memory"),
        List.of(),
        Map.of(),
        LogFormat.USUAL,
        Continues.NONE);
  }

  static <T> T await(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(LIMIT.toSeconds() + 5, TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    probe.close();
    starter.close();
  }
}
