package io.remuda.protocol.cluster;

import io.remuda.protocol.config.HostPort;
import io.remuda.protocol.testing.FreePort;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Registry nodes that know one another by a name with an address for each of them. */
@Tag("server")
class NamedRegistriesTest {

  @TempDir Path folder;

  @Test
  void threeBehindOneNameAreOneCluster() throws Exception {
    int[] ports = FreePort.next(2);
    // The JDK's own stand-in for a name server, which a child can be given.
    Path names = folder.resolve("names");
    Files.writeString(
        names, "127.0.0.1 registries.test\n127.0.0.2 registries.test\n127.0.0.3 registries.test\n");
    try (RegistryProcesses nodes =
        new RegistryProcesses(
            loopback(ports[0]),
            loopback(ports[1]),
            List.of(RegistryProcess.BY_NAME + "registries.test:" + ports[0]),
            List.of("-Djdk.net.hosts.file=" + names),
            folder)) {
      nodes.start(0);
      nodes.start(1);
      nodes.eventually("two of three meet", () -> nodes.sees(0, 2));

      nodes.start(2);

      nodes.eventually("the third one finds them", () -> nodes.everyoneSees(3));
    }
  }

  private static List<HostPort> loopback(int port) {
    return List.of(
        new HostPort("127.0.0.1", port),
        new HostPort("127.0.0.2", port),
        new HostPort("127.0.0.3", port));
  }
}
