package io.remuda.protocol.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.sharding.typed.javadsl.Entity;
import akka.cluster.typed.Cluster;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Keys;
import io.remuda.protocol.Refused;
import io.remuda.protocol.RegistryProtocol;
import io.remuda.protocol.RegistryProtocol.Reply;
import io.remuda.protocol.config.HostPort;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.TestNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What becomes of the names when one of three registry nodes has died. */
@Tag("slow")
class DeadRegistryTest {

  private static final Duration SOON = Duration.ofSeconds(90);
  private static final Duration ASK = Duration.ofSeconds(1);

  /** Nobody is given up within a test. */
  private static final Map<String, Object> PATIENT =
      Map.of("akka.cluster.split-brain-resolver.stable-after", "1h");

  private final List<TestNode> nodes = new ArrayList<>();

  @AfterEach
  void end() {
    nodes.forEach(TestNode::close);
  }

  /** The first one has formed the cluster and says where names live. */
  @Test
  void itsNamesLiveElsewhere() throws Exception {
    start(Map.of());
    List<String> names = IntStream.range(0, 12).mapToObj(i -> "name-" + i).toList();
    Eventually.isTrue("all names live somewhere", SOON, () -> answering(names) == names.size());

    nodes.get(0).crash();

    Eventually.isTrue("all live again", SOON, () -> answering(names) == names.size());
    Eventually.isTrue("it is out", SOON, () -> members() == 2);
  }

  @Test
  void newNamesFindAPlaceWhileNobodyHasGivenItUp() throws Exception {
    start(PATIENT);
    Eventually.isTrue("a name lives somewhere", SOON, () -> answering(List.of("first")) == 1);
    List<String> others =
        IntStream.range(0, 24)
            .mapToObj(i -> "other-" + i)
            .filter(name -> shard(name) != shard("first"))
            .toList();

    nodes.get(1).crash();
    Eventually.isTrue("it is missed", SOON, () -> nodes.get(2).membersUp() == 2);

    // Some are meant for the dead one, since nobody knows of its death.
    Eventually.isTrue("others live", SOON, () -> answering(others) > 0);
    assertThat(members()).as("missed ones too").isEqualTo(3);
  }

  private void start(Map<String, Object> settings) {
    List<HostPort> free = TestNode.contacts(6);
    List<HostPort> contacts = free.subList(0, 3);
    for (int i = 0; i < 3; i++) {
      Map<String, Object> its = new HashMap<>(settings);
      its.put("remuda.node.artery-port", free.get(3 + i).port());
      nodes.add(TestNode.start("registry", contacts.get(i), contacts, its));
      if (i == 1) {
        // Two of them can form one cluster alone. All three at once, on a machine that stalls, can
        // form two: of those that a node reaches it may be the lowest, and nobody here gives turns.
        nodes.forEach(node -> node.awaitUp(SOON));
      }
    }
    for (TestNode node : nodes) {
      node.awaitUp(SOON);
      ClusterSharding.get(node.system())
          .init(
              Entity.of(RegistryProtocol.TYPE_KEY, entity -> owner()).withRole(Keys.ROLE_REGISTRY));
    }
    Eventually.passes(
        "three members",
        SOON,
        () -> assertThat(nodes.get(2).membersUp()).as(this::views).isEqualTo(3));
  }

  /** Whom each node sees and misses. */
  private String views() {
    return nodes.stream()
        .map(node -> Cluster.get(node.system()))
        .map(cluster -> cluster.selfMember() + " sees " + cluster.state())
        .collect(Collectors.joining("; "));
  }

  /** Knows nothing and says so. */
  private static Behavior<RegistryProtocol.Command> owner() {
    return Behaviors.receive(RegistryProtocol.Command.class)
        .onMessage(
            RegistryProtocol.Get.class,
            get -> {
              get.replyTo().tell(Reply.refused(Refused.of(ErrorCode.NOT_FOUND, "nothing here")));
              return Behaviors.same();
            })
        .build();
  }

  /** How many the last node counts to the cluster, whether they answer or not. */
  private long members() {
    var members = Cluster.get(nodes.get(2).system()).state().getMembers();
    return StreamSupport.stream(members.spliterator(), false).count();
  }

  /** How many of these names answer the last node. */
  private long answering(List<String> names) {
    ClusterSharding sharding = ClusterSharding.get(nodes.get(2).system());
    List<CompletableFuture<Boolean>> asked =
        names.stream()
            .map(
                name ->
                    sharding
                        .entityRefFor(RegistryProtocol.TYPE_KEY, name)
                        .<Reply>ask(
                            replyTo -> new RegistryProtocol.Get(new ModelName(name), replyTo), ASK)
                        .handle((reply, late) -> late == null)
                        .toCompletableFuture())
            .toList();
    return asked.stream().filter(CompletableFuture::join).count();
  }

  private static int shard(String name) {
    return Math.abs(name.hashCode() % 128);
  }
}
