package io.remuda.protocol.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Behaviors;
import akka.stream.javadsl.Tcp;
import com.typesafe.config.Config;
import io.remuda.protocol.config.HostPort;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.TestNode;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The contact endpoint's own limits. */
class ContactEndpointTest {

  private static final Duration SOON = Duration.ofSeconds(60);

  private final HostPort contact = TestNode.contacts(1).get(0);

  @Test
  void silentConnectionsDoNotShutOthersOut() throws Exception {
    try (TestNode node = registry();
        Socket first = silent();
        Socket second = silent()) {
      node.awaitUp(SOON);

      // Again and again: where threads stall, this one's own request may come too late.
      Eventually.isTrue("a third one is answered", SOON, () -> answer().startsWith("HTTP/1.1 200"));

      assertThat(isClosed(first)).isTrue();
      assertThat(isClosed(second)).isTrue();
    }
  }

  @Test
  void itsEndIsToldToWhoStartedIt() throws Exception {
    Config config = TestNode.config(Map.of());
    NodeSettings settings =
        NodeSettings.from(config).withRoles(Set.of("registry")).withBind(contact);
    Greeting greeting = new Greeting(1, "remuda", Optional.empty());
    ActorSystem<Void> system =
        ActorSystem.create(
            Behaviors.empty(), "remuda", SystemConfig.cluster(settings, config, greeting, false));
    try {
      List<Optional<Throwable>> ends = new CopyOnWriteArrayList<>();
      Tcp.ServerBinding binding =
          new ContactEndpoint(system, Optional.empty(), new RefusedPeers(config), greeting)
              .listen(contact.host(), contact.port(), ends::add)
              .toCompletableFuture()
              .get(SOON.toSeconds(), TimeUnit.SECONDS);
      assertThat(ends).isEmpty();

      binding.unbind().toCompletableFuture().get(SOON.toSeconds(), TimeUnit.SECONDS);

      Eventually.isTrue("it is told", SOON, () -> ends.size() == 1);
    } finally {
      system.terminate();
      system.getWhenTerminated().toCompletableFuture().get(SOON.toSeconds(), TimeUnit.SECONDS);
    }
  }

  private TestNode registry() {
    return TestNode.start(
        "registry",
        contact,
        List.of(contact),
        Map.of(
            "remuda.cluster.form",
            true,
            "remuda.cluster.contact-connections",
            2,
            "remuda.cluster.contact-request-timeout",
            "2s",
            "remuda.cluster.contact-idle-timeout",
            "10m"));
  }

  private Socket silent() throws Exception {
    Socket socket = new Socket(contact.host(), contact.port());
    socket.setSoTimeout((int) SOON.toMillis());
    return socket;
  }

  private static boolean isClosed(Socket socket) throws Exception {
    try {
      return socket.getInputStream().read() == -1;
    } catch (SocketException reset) {
      return true;
    }
  }

  private String answer() throws Exception {
    try (Socket socket = silent()) {
      socket
          .getOutputStream()
          .write(
              "GET /ready HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    } catch (SocketException closed) {
      return "";
    }
  }
}
