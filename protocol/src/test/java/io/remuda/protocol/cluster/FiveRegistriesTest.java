package io.remuda.protocol.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.ActorSystem;
import akka.cluster.typed.Cluster;
import io.remuda.protocol.config.HostPort;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.TestNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Five registry nodes form one cluster, and three of them are one without the other two. */
@Tag("slow")
class FiveRegistriesTest {

  private static final Duration SOON = Duration.ofSeconds(90);
  private static final int NODES = 5;
  private static final int MAJORITY = 3;

  private final List<TestNode> nodes = new ArrayList<>();

  @AfterEach
  void end() {
    nodes.forEach(TestNode::close);
  }

  @Test
  void twoMayGoAtOnceAndNobodyElseDoes() throws Exception {
    List<HostPort> contacts = TestNode.contacts(NODES);
    for (HostPort contact : contacts) {
      nodes.add(TestNode.start("registry", contact, contacts, Map.of()));
      if (nodes.size() == MAJORITY) {
        // Three of them can form one cluster alone. All five at once, on a machine that stalls, can
        // form two: of those that a node reaches it may be the lowest, and nobody here gives turns.
        nodes.forEach(node -> node.awaitUp(SOON));
      }
    }
    TestNode model = TestNode.start("model", new HostPort("127.0.0.1", 0), contacts, Map.of());
    nodes.add(model);
    nodes.forEach(node -> node.awaitUp(SOON));
    nodes.forEach(node -> Eventually.isTrue("all are members", SOON, () -> sees(node, NODES + 1)));
    List<TestNode> staying = new ArrayList<>(nodes.subList(2, nodes.size()));
    List<ActorSystem<Void>> systems = staying.stream().map(TestNode::system).toList();

    TestNode.crashTogether(nodes.subList(0, 2));

    staying.forEach(
        node -> Eventually.isTrue("the two are out", SOON, () -> members(node) == NODES - 1));
    assertThat(staying.stream().map(TestNode::system)).isEqualTo(systems);
    assertThat(staying).allMatch(node -> node.host().isUp());
  }

  private static boolean sees(TestNode node, int count) {
    return node.membersUp() == count;
  }

  /** Reachable or not. */
  private static int members(TestNode node) {
    return Cluster.get(node.system()).state().members().size();
  }
}
