package io.remuda.protocol.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import io.remuda.protocol.config.HostPort;
import io.remuda.protocol.testing.TestNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LockedOutTest {

  @Test
  void contactsThatANameStandsForAreAskedToo() throws Exception {
    try (RefusingContact named = new RefusingContact("by name");
        RefusingContact listed = new RefusingContact("by list")) {
      LockedOut node =
          lockedOut(
              Map.of(
                  "remuda.cluster.seeds",
                  List.of(listed.address().toString()),
                  "remuda.cluster.seed-name",
                  named.address().toString()));

      assertThat(node.news())
          .containsExactly(
              new LockedOut.Reason(listed.address(), "by list"),
              new LockedOut.Reason(named.address(), "by name"));
      assertThat(node.news()).as("said before").isEmpty();
    }
  }

  @Test
  void aNameAloneIsEnough() throws Exception {
    try (RefusingContact named = new RefusingContact("it is not of this fleet")) {
      LockedOut node = lockedOut(Map.of("remuda.cluster.seed-name", named.address().toString()));

      assertThat(node.news())
          .containsExactly(new LockedOut.Reason(named.address(), "it is not of this fleet"));
    }
  }

  private static LockedOut lockedOut(Map<String, ?> settings) {
    Config config = TestNode.config(settings);
    return new LockedOut(
        NodeSettings.from(config).withRoles(Set.of("model")),
        new Greeting(1, "remuda", Optional.empty()),
        Optional.empty(),
        TestNode.config(Map.of("remuda.cluster.probe-timeout", "30s")));
  }

  /** Answers everybody with a refusal. */
  private static final class RefusingContact implements AutoCloseable {
    private final ServerSocket server;
    private final Thread thread;

    RefusingContact(String reason) throws IOException {
      server = new ServerSocket(0, 10, InetAddress.getByName("127.0.0.1"));
      thread = new Thread(() -> answer(reason));
      thread.start();
    }

    HostPort address() {
      return new HostPort("127.0.0.1", server.getLocalPort());
    }

    private void answer(String reason) {
      String text = "HTTP/1.1 409 Conflict\r\nConnection: close\r\n\r\nrefused: " + reason + "\n";
      while (true) {
        try (Socket caller = server.accept()) {
          String asked = "";
          while (!asked.endsWith("\r\n\r\n")) {
            int next = caller.getInputStream().read();
            if (next < 0) {
              break;
            }
            asked += (char) next;
          }
          caller.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
        } catch (IOException closed) {
          return;
        }
      }
    }

    @Override
    public void close() throws Exception {
      server.close();
      thread.join();
    }
  }
}
