package io.remuda.node.agent;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.ActorRef;
import com.typesafe.config.ConfigFactory;
import io.remuda.node.engine.CommandLine;
import io.remuda.node.engine.EngineFinder;
import io.remuda.node.engine.EngineProbe;
import io.remuda.node.engine.EngineProfile;
import io.remuda.node.engine.EngineProfiles;
import io.remuda.node.engine.EngineSettings;
import io.remuda.node.engine.EngineStarter;
import io.remuda.node.engine.ModelPaths;
import io.remuda.node.instance.Assignment;
import io.remuda.node.instance.EngineTools;
import io.remuda.node.instance.InstanceFolder;
import io.remuda.node.instance.ProcessRuntime;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Resources;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** How much of a GPU an engine is told that it may use. */
class GpuShareTest extends AgentFixture {
  private static final Resources QUARTER = new Resources(2_000, 0, 0, 1);

  @Test
  void anEngineIsToldTheShareThatItWasPromised() throws Exception {
    ActorRef<NodeAgent.Command> agent = settled();

    start(agent, A, "fake", QUARTER);

    assertThat(arguments("vllm")).containsSequence("--gpu-memory-utilization", "0.250");
    assertThat(arguments("sglang")).containsSequence("--mem-fraction-static", "0.250");
  }

  @Test
  void anEngineThatIsStartedAgainBeforeTheNextJvmSeesItsGpusIsToldTheSameShare() throws Exception {
    // given
    ActorRef<NodeAgent.Command> agent = settled();
    start(agent, A, "fake", QUARTER);
    await(A, Phase.READY);
    kit.stop(agent, LIMIT);
    assignments.clear();
    port = kit.createTestProbe();

    // when
    spawn(new InstanceFolder(data.resolve("instances")).read(), false);

    // then
    await(A, Phase.READY);
    assertThat(engines(A)).hasSize(2);
    assertThat(arguments("vllm")).containsSequence("--gpu-memory-utilization", "0.250");
  }

  @Test
  void theShareIsOneOfWhatIsInstalledWhereOnlyAPartOfTheGpuIsOurs() throws Exception {
    ActorRef<NodeAgent.Command> agent = settled();
    agent.tell(new NodeAgent.GpusSeen(List.of(gpu()), Map.of(), Map.of("GPU-0", 80_000L)));

    start(agent, A, "fake", QUARTER);

    assertThat(arguments("vllm")).containsSequence("--gpu-memory-utilization", "0.025");
  }

  /** The command line that the assignment of a-1 comes to with an engine. */
  private List<String> arguments(String engine) throws Exception {
    Assignment assignment = Optional.ofNullable(assignments.get(A)).orElseThrow();
    EngineSettings settings = EngineSettings.from(ConfigFactory.load());
    EngineProfile profile = EngineProfiles.builtIn().get(engine);
    try (EngineStarter starter = new EngineStarter(settings);
        EngineProbe probe = new EngineProbe(settings)) {
      EngineTools tools =
          new EngineTools(
              new EngineFinder(settings, ConfigFactory.load()),
              starter,
              probe,
              new ModelPaths(List.of(data)),
              Duration.ofSeconds(1));
      return new CommandLine(profile, Optional.of(Path.of("/bin/engine")), List.of())
          .build(new ProcessRuntime(tools, profile, assignment, data).spec(), "127.0.0.1", 1)
          .arguments();
    }
  }
}
