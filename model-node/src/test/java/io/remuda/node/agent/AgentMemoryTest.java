package io.remuda.node.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.remuda.node.agent.AgentState.Tombstone;
import io.remuda.protocol.config.NodeHome;
import io.remuda.protocol.config.StrictConfig;
import io.remuda.protocol.id.InstanceId;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgentMemoryTest {
  private static final InstanceId A = InstanceId.of("a-1");

  @TempDir Path data;
  private NodeHome home;

  @BeforeEach
  void open() {
    home =
        NodeHome.open(
            StrictConfig.load(
                Optional.empty(),
                ConfigFactory.parseMap(Map.of("remuda.node.data", data.toString()))));
  }

  @AfterEach
  void close() {
    home.close();
  }

  @Test
  void aStateThatIsSavedLateDoesNotReplaceALaterOne() throws IOException {
    AgentMemory memory = AgentMemory.open(home);
    AgentState earlier = memory.begin(1_000).state();
    AgentState later = earlier.ended(A, new Tombstone(1, 5, Instant.ofEpochSecond(1)));

    memory.save(2, later);
    memory.save(1, earlier);

    assertThat(AgentMemory.open(home).begin(1_000).state().tombstones()).containsOnlyKeys(A);
  }

  @Test
  void everyLifeIsANewIncarnationThoughTheClockIsSetBack() throws IOException {
    long first = AgentMemory.open(home).begin(1_000).incarnation();
    AgentMemory next = AgentMemory.open(home);
    long second = next.begin(500).incarnation();
    long third = next.begin(500).incarnation();

    assertThat(first).isEqualTo(1_000);
    assertThat(second).isEqualTo(1_001);
    assertThat(third).isEqualTo(1_002);
  }
}
