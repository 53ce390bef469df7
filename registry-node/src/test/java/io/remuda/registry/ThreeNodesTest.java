package io.remuda.registry;

import static io.remuda.registry.testing.Specs.aSpec;
import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.FreePort;
import io.remuda.protocol.testing.PostgresServer;
import io.remuda.registry.testing.FakeMachine;
import io.remuda.registry.testing.TestRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three registry nodes on one PostgreSQL: any of them may go. */
@Tag("slow")
class ThreeNodesTest {

  private static final Duration SOON = Duration.ofSeconds(90);
  private static final int NAMES = 6;

  @TempDir Path data;

  @Test
  void theOthersTakeOverTheNamesOfANodeThatGoes() {
    List<TestRegistry> nodes = start();
    try {
      TestRegistry stays = nodes.get(0);
      FakeMachine.Control machine = stays.machine("m1");
      for (int i = 0; i < NAMES; i++) {
        assertThat(nodes.get(i % 3).deploy(aSpec().named("n" + i).build()).refused()).isEmpty();
      }
      for (int i = 0; i < NAMES; i++) {
        stays.awaitFirstReady("n" + i);
      }
      var before = List.copyOf(machine.instances.keySet());
      int written = stays.events(0, Optional.empty(), Duration.ZERO).size();

      nodes.get(2).node().host().downNow();

      Eventually.passes(
          "every name answers",
          SOON,
          () -> {
            for (int i = 0; i < NAMES; i++) {
              assertThat(stays.show("n" + i).deployment().orElseThrow().phase())
                  .isEqualTo(DeploymentPhase.READY);
            }
          });
      Eventually.isTrue("its launcher is told", SOON, nodes.get(2).end()::isDone);
      assertThat(nodes.get(2).end().join().exitCode()).isEqualTo(75);
      assertThat(machine.instances.keySet()).containsExactlyInAnyOrderElementsOf(before);
      assertThat(stays.events(0, Optional.empty(), Duration.ZERO)).hasSize(written);
      assertThat(stays.scale("n0", 2).refused()).isEmpty();
      Eventually.passes(
          "it is scaled", SOON, () -> assertThat(machine.instances).hasSize(NAMES + 1));
    } finally {
      nodes.forEach(TestRegistry::close);
    }
  }

  private List<TestRegistry> start() {
    PostgresServer server = PostgresServer.shared();
    String url = server.newDatabase();
    // The lowest, which is to form the cluster, is there before the others.
    int[] ports = Arrays.stream(FreePort.next(3)).sorted().toArray();
    List<String> seeds = Arrays.stream(ports).mapToObj(p -> "127.0.0.1:" + p).toList();
    List<TestRegistry> nodes = new ArrayList<>();
    for (int port : ports) {
      Map<String, Object> config = new HashMap<>();
      config.put("remuda.journal.url", url);
      config.put("remuda.journal.user", server.user());
      config.put("remuda.journal.password", server.password());
      config.put("remuda.node.bind", "127.0.0.1:" + port);
      config.put("remuda.cluster.form", false);
      config.put("remuda.cluster.seeds", seeds);
      // No machine goes here: one that is late must not be missed.
      config.put("remuda.liveness.lost-after", "1m");
      nodes.add(TestRegistry.start(data.resolve("n" + port), config));
    }
    nodes.forEach(TestRegistry::awaitReady);
    return nodes;
  }
}
