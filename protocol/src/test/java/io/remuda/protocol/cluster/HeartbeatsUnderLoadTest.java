package io.remuda.protocol.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import akka.Done;
import akka.actor.Address;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.Adapter;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.typed.Cluster;
import akka.remote.FailureDetectorRegistry;
import io.remuda.protocol.config.HostPort;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.TestNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A node all of whose working threads are taken is a member like any other. */
class HeartbeatsUnderLoadTest {

  private static final Duration SOON = Duration.ofSeconds(60);

  /** More than any dispatcher has threads. */
  private static final int WORK = 256;

  private final CountDownLatch over = new CountDownLatch(1);
  private final List<TestNode> nodes = new ArrayList<>();

  @AfterEach
  void end() {
    over.countDown();
    nodes.forEach(TestNode::close);
  }

  @Test
  void aNodeWhoseWorkersAreAllBusyAnswersHeartbeatsAndSendsItsOwn() {
    List<HostPort> contacts = TestNode.contacts(2);
    List<HostPort> seeds = contacts.subList(0, 1);
    TestNode busy = start("registry", contacts.get(0), seeds, Map.of("remuda.cluster.form", true));
    TestNode other = start("model", contacts.get(1), seeds, Map.of());
    Eventually.isTrue(
        "each sees the other", SOON, () -> busy.membersUp() == 2 && other.membersUp() == 2);
    Eventually.isTrue("each hears the other", SOON, () -> hears(other, busy) && hears(busy, other));
    CompletableFuture<Done> last = occupy(busy.system());

    // Forgotten, so that only an answer that comes now brings it back.
    forgets(other, busy);
    forgets(busy, other);

    Eventually.isTrue("its heartbeats are answered", SOON, () -> hears(other, busy));
    Eventually.isTrue("its own are sent", SOON, () -> hears(busy, other));
    assertThat(last).as("what has waited for a worker all the time").isNotDone();
    over.countDown();
    Eventually.isTrue("the work is done", SOON, last::isDone);
  }

  private TestNode start(
      String role, HostPort contact, List<HostPort> seeds, Map<String, ?> settings) {
    TestNode node = TestNode.start(role, contact, seeds, settings);
    nodes.add(node);
    return node.awaitUp(SOON);
  }

  private static boolean hears(TestNode one, TestNode two) {
    return detector(one).isMonitoring(address(two));
  }

  private static void forgets(TestNode one, TestNode two) {
    detector(one).remove(address(two));
  }

  private static FailureDetectorRegistry<Address> detector(TestNode node) {
    return akka.cluster.Cluster.get(Adapter.toClassic(node.system())).failureDetector();
  }

  private static Address address(TestNode node) {
    return Cluster.get(node.system()).selfMember().address();
  }

  /**
   * Takes every thread of the default dispatcher until {@link #over}; returns what is done by work
   * that comes after all that.
   */
  private CompletableFuture<Done> occupy(ActorSystem<Void> system) {
    CompletableFuture<Done> last = new CompletableFuture<>();
    for (int i = 0; i < WORK; i++) {
      ActorRef<Done> worker =
          system.systemActorOf(
              Behaviors.receiveMessage(
                  work -> {
                    over.await();
                    return Behaviors.same();
                  }),
              "work-" + i,
              Props.empty());
      worker.tell(Done.getInstance());
    }
    ActorRef<Done> waiting =
        system.systemActorOf(
            Behaviors.receiveMessage(
                work -> {
                  last.complete(work);
                  return Behaviors.same();
                }),
            "waiting",
            Props.empty());
    waiting.tell(Done.getInstance());
    return last;
  }
}
