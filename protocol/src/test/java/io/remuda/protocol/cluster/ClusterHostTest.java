package io.remuda.protocol.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Behaviors;
import com.typesafe.config.Config;
import io.remuda.protocol.Route;
import io.remuda.protocol.RouteTable;
import io.remuda.protocol.config.HostPort;
import io.remuda.protocol.config.StartRefused;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.TestNode;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ClusterHostTest {

  private static final Duration SOON = Duration.ofSeconds(60);

  @Test
  void aNodeThatWasDownedComesBackInTheSameJvm() throws Exception {
    AtomicInteger guardians = new AtomicInteger();
    Config config = TestNode.config(Map.of("remuda.cluster.form", true));
    ClusterHost host =
        ClusterHost.start(
            NodeSettings.from(config).withRoles(Set.of("registry")),
            config,
            () -> {
              guardians.incrementAndGet();
              return Behaviors.empty();
            });
    ActorSystem<Void> first =
        host.joined().toCompletableFuture().get(SOON.toSeconds(), TimeUnit.SECONDS);

    host.downNow();

    first.getWhenTerminated().toCompletableFuture().get(SOON.toSeconds(), TimeUnit.SECONDS);
    Eventually.isTrue("another system is up", SOON, () -> host.isUp() && differs(host, first));
    assertThat(guardians).hasValue(2);
    host.close().toCompletableFuture().get(SOON.toSeconds(), TimeUnit.SECONDS);
    assertThat(host.system()).isEmpty();
    host.close().toCompletableFuture().get(1, TimeUnit.SECONDS);
  }

  @Test
  void aRegistryNodeSaysOnceThatItsSystemHasEnded() throws Exception {
    CountDownLatch ended = new CountDownLatch(1);
    Config config = TestNode.config(Map.of("remuda.cluster.form", true));
    ClusterHost host =
        ClusterHost.startOnce(
            NodeSettings.from(config).withRoles(Set.of("registry")),
            config,
            Behaviors::empty,
            ended::countDown);
    host.joined().toCompletableFuture().get(SOON.toSeconds(), TimeUnit.SECONDS);

    host.downNow();

    assertThat(ended.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(host.system()).isEmpty();
  }

  @Test
  void aTableReachesAnotherNodeAndMetricsAreOnTheContactEndpoint() throws Exception {
    List<HostPort> contacts = TestNode.contacts(2);
    Map<String, Object> form = Map.of("remuda.cluster.form", true);
    try (TestNode one = TestNode.start("registry", contacts.get(0), contacts.subList(0, 1), form);
        TestNode two = TestNode.start("model", contacts.get(1), contacts.subList(0, 1), Map.of())) {
      one.awaitUp(SOON);
      two.awaitUp(SOON);
      Map<InstanceId, Route> seen = new ConcurrentHashMap<>();
      two.system()
          .systemActorOf(
              TableSubscriber.<Route, RouteTable>create(
                  SharedTable.ROUTES,
                  part -> part.entries().forEach(route -> seen.put(route.instance(), route))),
              "routes",
              akka.actor.typed.Props.empty());
      var publisher =
          one.system()
              .systemActorOf(
                  TablePublisher.create(SharedTable.ROUTES),
                  "publisher",
                  akka.actor.typed.Props.empty());

      publisher.tell(new TablePublisher.Put<>(List.of(route("demo-1", 2), route("other-7", 1))));
      publisher.tell(new TablePublisher.Put<>(List.of(route("demo-1", 1))));

      Eventually.isTrue("two routes", SOON, () -> seen.size() == 2);
      assertThat(seen).containsEntry(InstanceId.of("demo-1"), route("demo-1", 2));
      HttpResponse<String> metrics =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(URI.create("http://" + contacts.get(1) + "/metrics"))
                      .build(),
                  HttpResponse.BodyHandlers.ofString());
      assertThat(metrics.statusCode()).isEqualTo(200);
    }
  }

  @Test
  void aTakenPortIsSaidAtTheStart() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Config config =
          TestNode.config(
              Map.of(
                  "remuda.cluster.form",
                  true,
                  "remuda.node.bind",
                  "127.0.0.1:" + taken.getLocalPort()));

      assertThatThrownBy(
              () ->
                  ClusterHost.start(
                      NodeSettings.from(config).withRoles(Set.of("registry")),
                      config,
                      Behaviors::empty))
          .isInstanceOf(StartRefused.class)
          .hasMessageContaining("cannot listen on 127.0.0.1:" + taken.getLocalPort())
          .hasMessageContaining("--bind");
    }
  }

  @Test
  void anOpenNetworkIsRefusedUnlessItIsAskedFor() {
    Config config =
        TestNode.config(
            Map.of("remuda.cluster.form", true, "remuda.node.advertised-host", "192.0.2.7"));

    assertThatThrownBy(() -> ClusterHost.start(NodeSettings.from(config), config, Behaviors::empty))
        .isInstanceOf(StartRefused.class)
        .hasMessageContaining("unencrypted over 192.0.2.7")
        .hasMessageContaining("remuda.cluster.insecure-network = on");
  }

  @Test
  void aNodeWithoutContactsIsToldToNameThem() {
    Config config = TestNode.config(Map.of());

    assertThatThrownBy(() -> ClusterHost.start(NodeSettings.from(config), config, Behaviors::empty))
        .isInstanceOf(StartRefused.class)
        .hasMessageContaining("--seed host:port")
        .hasMessageContaining("--form");
  }

  private static boolean differs(ClusterHost host, ActorSystem<Void> first) {
    return host.system().filter(system -> system != first).isPresent();
  }

  private static Route route(String instance, long sequence) {
    return new Route(
        InstanceId.of(instance),
        new MachineId("m1"),
        1,
        sequence,
        Phase.READY,
        "127.0.0.1:1",
        4,
        Set.of("/v1/chat/completions"),
        true,
        -1,
        Optional.empty(),
        0);
  }
}
