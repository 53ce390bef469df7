package io.remuda.deploy.local;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import com.typesafe.config.Config;
import io.remuda.gateway.GatewayNode;
import io.remuda.node.ModelNode;
import io.remuda.protocol.Keys;
import io.remuda.protocol.cluster.ClusterHost;
import io.remuda.protocol.cluster.NodeSettings;
import io.remuda.protocol.config.NodeHome;
import io.remuda.protocol.config.StartRefused;
import io.remuda.registry.RegistryNode;
import io.remuda.registry.RegistryStatus;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A fleet of one machine in one process: registry, machine and gateway with one membership between
 * them, on the embedded journal. Inference goes from the gateway to the machine without a hop.
 */
public final class AllInOne implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(AllInOne.class);

  private final NodeHome home;
  private final Config config;
  private final Consumer<String> say;
  private final ModelNode machine;
  private final GatewayNode gateway;
  private final ClusterHost cluster;
  private final long startedAtNanos = System.nanoTime();

  private AllInOne(
      NodeHome home,
      Config config,
      Consumer<String> say,
      ModelNode machine,
      GatewayNode gateway,
      ClusterHost cluster) {
    this.home = home;
    this.config = config;
    this.say = say;
    this.machine = machine;
    this.gateway = gateway;
    this.cluster = cluster;
  }

  /**
   * Starts all three; {@link #awaitReady} waits for them. Throws {@link StartRefused}.
   *
   * @param say gets the sentences that a person at the terminal wants to know
   */
  public static AllInOne start(NodeHome home, Config config, Consumer<String> say) {
    refuseTakenPort(config);
    NodeSettings settings =
        NodeSettings.from(config)
            .withRoles(Set.of(Keys.ROLE_REGISTRY, Keys.ROLE_MODEL, Keys.ROLE_GATEWAY))
            .withSeeds(List.of())
            .withForm(true);
    ModelNode machine = ModelNode.startLocal(settings, home, config);
    Optional<GatewayNode> gateway = Optional.empty();
    try {
      GatewayNode opened =
          GatewayNode.startLocal(
              settings,
              home,
              config,
              Optional.of(machine.front()),
              Optional.of(machine.machineId()));
      gateway = Optional.of(opened);
      ClusterHost cluster =
          ClusterHost.start(
              settings,
              RegistryNode.config(config, settings),
              () -> guardian(settings, home, config, machine, opened));
      return new AllInOne(home, config, say, machine, opened, cluster);
    } catch (RuntimeException e) {
      gateway.ifPresent(GatewayNode::close);
      machine.close();
      throw e;
    }
  }

  public String url() {
    return gateway.url();
  }

  /**
   * Deploys the demo models, and returns when they and the gateway serve.
   *
   * @param adminKey gets the administrator's key when this start made it, before anything that may
   *     fail later: show it once, it is kept nowhere
   */
  public void awaitReady(Consumer<String> adminKey) {
    long end = System.nanoTime() + config.getDuration("remuda.launch.ready-limit").toNanos();
    ActorSystem<Void> system =
        await("the registry", cluster.joined(), Duration.ofNanos(end - System.nanoTime()));
    await("the registry", gateway.adminKey(), Duration.ofNanos(end - System.nanoTime()))
        .ifPresent(adminKey);
    if (config.getBoolean("remuda.launch.demo")) {
      new DemoModels(home, config, say).deploy(system, gateway.routes(), end);
    }
    log.info(
        "event=ready url={} millis={}", url(), (System.nanoTime() - startedAtNanos) / 1_000_000);
  }

  /** Says in run.json that it serves; after this, whoever waits for it goes on. */
  public void announceReady() {
    home.writeRun(
        Map.of(
            "role",
            "up",
            "ready",
            true,
            "url",
            url(),
            "contact",
            cluster.settings().contact().toString()));
  }

  /** An end that is under way does not wait for what its engines still work on. */
  public void hasten() {
    machine.hasten();
  }

  /**
   * Requests first, then engines, then the membership with its journal; of the last nothing is
   * waited for any more once {@code remuda.launch.shutdown-limit} is over.
   */
  @Override
  public void close() {
    long end = System.nanoTime() + config.getDuration("remuda.launch.shutdown-limit").toNanos();
    gateway.close();
    machine.close();
    long began = System.nanoTime();
    try {
      cluster.close().toCompletableFuture().get(Math.max(0, end - began), TimeUnit.NANOSECONDS);
      log.info(
          "event=part-ended node=up part=cluster millis={}",
          (System.nanoTime() - began) / 1_000_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      log.warn("event=stop-incomplete part=cluster", e);
    }
  }

  private static Behavior<Void> guardian(
      NodeSettings settings, NodeHome home, Config config, ModelNode machine, GatewayNode gateway) {
    return Behaviors.setup(
        context -> {
          // Watched without a handler: when one of them ends for good, so does this system, and
          // its host builds another one.
          context.watch(
              context.spawn(
                  RegistryNode.guardian(settings, home, config, new RegistryStatus()), "registry"));
          context.watch(context.spawn(machine.clusterGuardian(), "machine"));
          context.watch(context.spawn(gateway.clusterGuardian(), "gateway"));
          return Behaviors.empty();
        });
  }

  /** Told before anything has been started; the gateway itself would tell it later. */
  private static void refuseTakenPort(Config config) {
    String host = config.getString("remuda.gateway.host");
    int port = config.getInt("remuda.gateway.port");
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getByName(host), port));
    } catch (IOException e) {
      throw new StartRefused(
          "The gateway cannot listen on "
              + host
              + ":"
              + port
              + " ("
              + e.getMessage()
              + "); end what uses the port, or give another one with --port.",
          e);
    }
  }

  private static <T> T await(String whom, CompletionStage<T> stage, Duration limit) {
    CompletableFuture<T> future = stage.toCompletableFuture();
    try {
      return future.get(Math.max(0, limit.toMillis()), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new StartRefused(
          "It is not ready: "
              + whom
              + " did not answer within remuda.launch.ready-limit. The log in the data directory"
              + " says why.",
          e);
    } catch (ExecutionException e) {
      throw new StartRefused("It is not ready: " + whom + " failed (" + e.getCause() + ").", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StartRefused("The start was interrupted.", e);
    }
  }
}
