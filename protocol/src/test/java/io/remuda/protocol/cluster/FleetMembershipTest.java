package io.remuda.protocol.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.actor.typed.ActorSystem;
import io.remuda.protocol.config.HostPort;
import io.remuda.protocol.config.StartRefused;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.TestNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("server")
@Tag("slow")
class FleetMembershipTest {

  private static final Duration SOON = Duration.ofSeconds(60);

  private final List<TestNode> nodes = new ArrayList<>();
  private final List<HostPort> free = TestNode.contacts(6);
  // Two that crash at once may be missed one long after the other; of two members left the one with
  // the lower address rightly lives on. So who is to end with the majority has the highest.
  private final List<HostPort> addresses = free.subList(3, 6);

  @AfterEach
  void end() {
    nodes.forEach(TestNode::close);
  }

  @Test
  void oneRegistryNodeOfThreeFormsNothingAndTwoFormOneCluster() throws Exception {
    List<HostPort> contacts = free.subList(0, 3);
    TestNode first = registry(contacts, 0, addresses.get(2));
    assertThat(staysOut(first)).as("alone it waits for a majority").isTrue();

    TestNode second = registry(contacts, 1, addresses.get(0));
    first.awaitUp(SOON);
    second.awaitUp(SOON);
    TestNode third = registry(contacts, 2, addresses.get(1));
    third.awaitUp(SOON);

    for (TestNode node : List.of(first, second, third)) {
      Eventually.isTrue("three members", SOON, () -> node.membersUp() == 3);
    }

    // The first one, restarted while the others do not answer, waits instead of forming a second.
    TestNode.crashTogether(List.of(second, third));
    Eventually.isTrue("without its majority the first ends", SOON, () -> hasEnded(first));
    TestNode again = registry(contacts, 0, addresses.get(2));
    assertThat(staysOut(again)).isTrue();
  }

  @Test
  void aModelNodeOutlivesTheRegistryAndJoinsAgain() throws Exception {
    List<HostPort> contacts = free.subList(0, 3);
    List<TestNode> registries = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      registries.add(registry(contacts, i, addresses.get(i)));
      if (i == 1) {
        // Two of them can form one cluster alone. All three at once, on a machine that stalls, can
        // form two: of those that a node reaches it may be the lowest, and nobody here gives turns.
        registries.forEach(node -> node.awaitUp(SOON));
      }
    }
    TestNode model = node("model", new HostPort("127.0.0.1", 0), contacts, Map.of());
    TestNode foreign =
        node(
            "model",
            new HostPort("127.0.0.1", 0),
            contacts,
            Map.of("remuda.cluster.name", "another"));
    model.awaitUp(SOON);
    Eventually.isTrue("four members", SOON, () -> model.membersUp() == 4);
    ActorSystem<Void> before = model.system();
    assertThat(foreign.host().isUp()).as("a node of another cluster").isFalse();

    TestNode.crashTogether(registries.subList(0, 2));
    before.getWhenTerminated().toCompletableFuture().get(SOON.toSeconds(), TimeUnit.SECONDS);
    // Who joined it before it ends would end with it.
    Eventually.isTrue("the last registry node ends", SOON, () -> hasEnded(registries.get(2)));
    Eventually.isTrue(
        "a new system looks for the fleet",
        SOON,
        () -> model.host().system().filter(system -> system != before).isPresent());
    assertThat(model.host().isUp()).isFalse();

    registry(contacts, 0, addresses.get(0));
    registry(contacts, 1, addresses.get(1));
    model.awaitUp(SOON);
    Eventually.isTrue("three members", SOON, () -> model.membersUp() == 3);
    assertThat(foreign.host().isUp()).isFalse();
  }

  @Test
  void aFirstNodeThatHadPeersNeverFormsAloneAgain(@TempDir Path data) {
    List<HostPort> contacts = TestNode.contacts(2);
    Map<String, Object> form =
        Map.of("remuda.cluster.form", true, "remuda.node.data", data.toString());
    TestNode first = node("registry", contacts.get(0), List.of(), form);
    first.awaitUp(SOON);
    TestNode second = node("registry", contacts.get(1), contacts.subList(0, 1), Map.of());
    second.awaitUp(SOON);
    Eventually.isTrue(
        "the peer is remembered", SOON, () -> Files.exists(data.resolve("registry-peers")));
    second.close();
    first.close();

    assertThatThrownBy(() -> node("registry", contacts.get(0), List.of(), form))
        .isInstanceOf(StartRefused.class)
        .hasMessageContaining("--seed host:port")
        .hasMessageContaining("registry-peers");
    TestNode again = node("registry", contacts.get(0), contacts, form);

    assertThat(staysOut(again)).as("waits for its peer").isTrue();
  }

  private static boolean staysOut(TestNode node) {
    return node.host()
        .joined()
        .toCompletableFuture()
        .orTimeout(2, TimeUnit.SECONDS)
        .handle((up, late) -> late != null)
        .join();
  }

  private static boolean hasEnded(TestNode node) {
    return node.host().system().isEmpty();
  }

  private TestNode registry(List<HostPort> contacts, int index, HostPort address) {
    return node(
        "registry",
        contacts.get(index),
        contacts,
        Map.of("remuda.node.artery-port", address.port()));
  }

  private TestNode node(String role, HostPort bind, List<HostPort> contacts, Map<String, ?> more) {
    TestNode node = TestNode.start(role, bind, contacts, more);
    nodes.add(node);
    return node;
  }
}
