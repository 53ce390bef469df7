package io.remuda.protocol.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.ActorSystem;
import io.remuda.protocol.config.HostPort;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.TestNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What nodes do whose registry has gone in good order, as when an operator restarts it. */
class StrandedMemberTest {

  private static final Duration SOON = Duration.ofSeconds(60);
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private final List<TestNode> nodes = new ArrayList<>();

  @AfterEach
  void end() {
    nodes.forEach(TestNode::close);
  }

  @Test
  void nodesThatTheRegistryHasLeftJoinTheNextOne() {
    List<HostPort> contacts = TestNode.contacts(1);
    Map<String, Object> form = Map.of("remuda.cluster.form", true);
    Map<String, Object> soon = Map.of("remuda.cluster.without-registry-limit", "100ms");
    HostPort anywhere = new HostPort("127.0.0.1", 0);
    TestNode registry = node(TestNode.start("registry", contacts.get(0), List.of(), form));
    registry.awaitUp(SOON);
    TestNode model = node(TestNode.start("model", anywhere, contacts, soon));
    TestNode gateway = node(TestNode.start("gateway", anywhere, contacts, soon));
    Eventually.isTrue("three members", SOON, () -> model.membersUp() == 3);
    ActorSystem<Void> before = model.system();

    registry.close();
    node(TestNode.start("registry", contacts.get(0), List.of(), form));

    Eventually.isTrue(
        "three members again",
        SOON,
        () -> model.host().isUp() && model.system() != before && model.membersUp() == 3);
    Eventually.isTrue(
        "the gateway too", SOON, () -> gateway.host().isUp() && gateway.membersUp() == 3);
  }

  @Test
  void aRegistryThatComesBackInTimeIsWaitedFor() {
    StrandedPolicy policy = new StrandedPolicy(Duration.ofSeconds(10));

    assertThat(policy.isStranded(false, 0)).isFalse();
    assertThat(policy.isStranded(false, 9 * SECOND)).isFalse();
    assertThat(policy.isStranded(true, 10 * SECOND)).isFalse();
    assertThat(policy.isStranded(false, 11 * SECOND)).isFalse();
    assertThat(policy.isStranded(false, 20 * SECOND)).isFalse();
    assertThat(policy.isStranded(false, 21 * SECOND)).isTrue();
  }

  private TestNode node(TestNode node) {
    nodes.add(node);
    return node;
  }
}
