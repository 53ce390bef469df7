package io.remuda.protocol.testing;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.Member;
import akka.cluster.MemberStatus;
import akka.cluster.typed.Cluster;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.cluster.ClusterHost;
import io.remuda.protocol.cluster.NodeSettings;
import io.remuda.protocol.config.HostPort;
import io.remuda.protocol.config.StrictConfig;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.StreamSupport;

/**
 * A member of a fleet inside this JVM, with waits that suit a test. {@link #crash()} ends it
 * without a word to the others, as a kill would.
 */
public final class TestNode implements AutoCloseable {

  /** Beyond what a node grants itself to leave and to end. */
  private static final Duration END_LIMIT = Duration.ofSeconds(60);

  private final ClusterHost host;

  private TestNode(ClusterHost host) {
    this.host = host;
  }

  /** What any test's node may start from; {@code more} wins. */
  public static Config config(Map<String, ?> more) {
    Map<String, Object> quick = new HashMap<>();
    // Port 0 is chosen before the node listens, and somebody else may be given it in between.
    quick.put("remuda.node.bind", "127.0.0.1:" + FreePort.next());
    quick.put("remuda.tasks.queue-settle", "0s"); // No test's broker dies so soon, but for one.
    quick.put("remuda.cluster.stable-margin", "500ms");
    quick.put("remuda.cluster.probe-interval", "100ms");
    quick.put("remuda.cluster.rebuild-min-backoff", "100ms");
    quick.put("remuda.cluster.rebuild-max-backoff", "500ms");
    quick.put("akka.cluster.split-brain-resolver.stable-after", "2s");
    quick.put("akka.coordinated-shutdown.run-by-actor-system-terminate", "off");
    quick.putAll(more);
    quick.computeIfAbsent("remuda.node.data", missing -> freshFolder());
    return StrictConfig.load(Optional.empty(), ConfigFactory.parseMap(quick, "test"));
  }

  /** Addresses that nobody listens on, for a contact list. */
  public static List<HostPort> contacts(int count) {
    return Arrays.stream(FreePort.next(count))
        .sorted()
        .mapToObj(port -> new HostPort("127.0.0.1", port))
        .toList();
  }

  /** A node that forms a cluster of its own. */
  public static TestNode alone(String... roles) {
    Config config = config(Map.of("remuda.cluster.form", true));
    return new TestNode(
        ClusterHost.start(NodeSettings.from(config).withRoles(Set.of(roles)), config, idle()));
  }

  /** A node of the contact list {@code seeds} whose own contact endpoint is {@code bind}. */
  public static TestNode start(
      String role, HostPort bind, List<HostPort> seeds, Map<String, ?> more) {
    return start(Set.of(role), bind, seeds, more);
  }

  /** As {@link #start(String, HostPort, List, Map)}, with several roles. */
  public static TestNode start(
      Set<String> roles, HostPort bind, List<HostPort> seeds, Map<String, ?> more) {
    Config config = config(more);
    NodeSettings settings =
        NodeSettings.from(config).withRoles(roles).withBind(bind).withSeeds(seeds);
    return new TestNode(
        roles.contains("registry")
            ? ClusterHost.startOnce(settings, config, idle(), () -> {})
            : ClusterHost.start(settings, config, idle()));
  }

  public ClusterHost host() {
    return host;
  }

  /** The system that lives now; fails the test when there is none. */
  public ActorSystem<Void> system() {
    return host.system().orElseThrow(() -> new AssertionError("no actor system is alive"));
  }

  public TestNode awaitUp(Duration limit) {
    Eventually.isTrue("member is up", limit, host::isUp);
    return this;
  }

  /** Members that this node takes for up and reachable. */
  public long membersUp() {
    var state = Cluster.get(system()).state();
    return StreamSupport.stream(state.getMembers().spliterator(), false)
        .filter(member -> member.status().equals(MemberStatus.up()))
        .filter(member -> !contains(state.getUnreachable(), member))
        .count();
  }

  /** Ends the system that lives now without leaving the cluster. */
  public void crash() throws Exception {
    crashTogether(List.of(this));
  }

  /**
   * Ends several at the same moment. One after the other the first can be removed before the second
   * goes, and of the two members left the one with the lower address rightly lives on. Even so one
   * may be missed seconds before the other: give who is to end the highest address.
   */
  public static void crashTogether(List<TestNode> nodes) throws Exception {
    List<ActorSystem<Void>> systems = nodes.stream().map(TestNode::system).toList();
    systems.forEach(ActorSystem::terminate);
    for (ActorSystem<Void> system : systems) {
      system.getWhenTerminated().toCompletableFuture().get(END_LIMIT.toSeconds(), TimeUnit.SECONDS);
    }
  }

  @Override
  public void close() {
    host.close().toCompletableFuture().orTimeout(END_LIMIT.toSeconds(), TimeUnit.SECONDS).join();
  }

  private static String freshFolder() {
    return TestFolders.untilExit("node").toString();
  }

  private static boolean contains(Set<Member> members, Member member) {
    return members.contains(member);
  }

  private static Supplier<Behavior<Void>> idle() {
    return Behaviors::empty;
  }
}
