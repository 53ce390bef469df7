package io.remuda.protocol.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.config.HostPort;
import io.remuda.protocol.testing.TestNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Registry nodes in processes of their own, ended by the kernel. */
@Tag("server")
@Tag("slow")
class KilledRegistryTest {

  private final List<HostPort> free = TestNode.contacts(6);
  private final List<HostPort> contacts = free.subList(0, 3);
  // Two that are killed at once may be missed one long after the other, as their heartbeats came
  // before; of two members left the one with the lower address rightly lives on. So the last one,
  // which is to end, has the highest.
  private final List<HostPort> addresses = free.subList(3, 6);

  @TempDir Path folder;

  @Test
  void threeAreOneClusterAgainAfterTwoWereKilledAtOnce() throws Exception {
    List<String> meeting = contacts.stream().map(HostPort::toString).toList();
    try (RegistryProcesses nodes =
        new RegistryProcesses(contacts, addresses, meeting, List.of(), folder)) {
      List<Process> first = oneCluster(nodes);

      first.get(0).destroyForcibly();
      first.get(1).destroyForcibly();

      nodes.eventually("the minority ends itself", () -> !first.get(2).isAlive());
      assertThat(first.get(2).exitValue()).isEqualTo(RegistryProcess.ENDED);
      oneCluster(nodes);
    }
  }

  /**
   * Two of them can form one cluster alone. All three at once, on a machine that stalls, can form
   * two: of those that a node reaches it may be the lowest, and nobody here gives turns.
   */
  private static List<Process> oneCluster(RegistryProcesses nodes) throws IOException {
    Process first = nodes.start(0);
    Process second = nodes.start(1);
    nodes.eventually("two of three meet", () -> nodes.sees(0, 2));
    Process third = nodes.start(2);
    nodes.eventually("one cluster of three", () -> nodes.everyoneSees(3));
    return List.of(first, second, third);
  }
}
