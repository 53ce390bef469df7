package io.remuda.node;

import akka.Done;
import akka.actor.typed.Behavior;
import akka.actor.typed.SupervisorStrategy;
import akka.actor.typed.javadsl.AskPattern;
import akka.actor.typed.javadsl.Behaviors;
import com.typesafe.config.Config;
import io.remuda.node.agent.NodeAgent;
import io.remuda.node.agent.NodePort;
import io.remuda.node.front.FrontSettings;
import io.remuda.node.front.Rehearsal;
import io.remuda.node.instance.Hosted;
import io.remuda.node.self.SelfRegistration;
import io.remuda.protocol.Keys;
import io.remuda.protocol.RegistryProtocol;
import io.remuda.protocol.bytes.InferencePort;
import io.remuda.protocol.cluster.ClusterHost;
import io.remuda.protocol.cluster.NodeSettings;
import io.remuda.protocol.cluster.SharedTable;
import io.remuda.protocol.cluster.TableSubscriber;
import io.remuda.protocol.config.HostPort;
import io.remuda.protocol.config.NodeHome;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.metrics.Metrics;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A model node: one machine, its instances and the door to them. Two actor systems: {@code local},
 * which lives as long as the node, and {@code cluster}, which is rebuilt when it ends. Gates,
 * routes and engines belong to neither, so that requests go on meanwhile.
 */
public final class ModelNode implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(ModelNode.class);

  private final NodeHome home;
  private final Config config;
  private final LocalMachine machine;
  private final EndSettings ends;
  private final AtomicBoolean closed = new AtomicBoolean();
  private volatile boolean hastened;
  private Optional<ClusterHost> cluster = Optional.empty();

  private ModelNode(NodeHome home, Config config, LocalMachine machine, EndSettings ends) {
    this.home = home;
    this.config = config;
    this.machine = machine;
    this.ends = ends;
  }

  /** A node of its own, which joins the fleet that {@code settings} name, ready for requests. */
  public static ModelNode start(NodeSettings settings, NodeHome home, Config config) {
    Duration limit = config.getDuration("remuda.node.front.rehearsal-limit");
    CompletableFuture<Boolean> rehearsed =
        Rehearsal.play(FrontSettings.from(config), limit).toCompletableFuture();
    ModelNode node = startLocal(settings, home, config);
    try {
      // Once it is a member gateways send requests here.
      if (!rehearsed.completeOnTimeout(false, limit.toMillis(), TimeUnit.MILLISECONDS).join()) {
        log.warn("event=front-not-rehearsed text=\"the first requests may take longer\"");
      }
      Set<String> roles = new TreeSet<>(settings.roles());
      roles.add(Keys.roleOf(home.machineId()));
      roles.add(Keys.roleOfLife(UUID.randomUUID().toString().replace("-", "")));
      node.cluster =
          Optional.of(ClusterHost.start(settings.withRoles(roles), config, node::clusterGuardian));
    } catch (RuntimeException e) {
      node.close();
      throw e;
    }
    return node;
  }

  /** All but the membership of a cluster, for a JVM that has one already. */
  public static ModelNode startLocal(NodeSettings settings, NodeHome home, Config config) {
    EndSettings ends = EndSettings.from(config);
    Metrics.start(config);
    return new ModelNode(home, config, LocalMachine.start(settings, home, config), ends);
  }

  /** The part of this node that lives in a cluster system; anew for each system. */
  public Behavior<Void> clusterGuardian() {
    return Behaviors.setup(
        context -> {
          context.spawn(
              Behaviors.supervise(NodePort.create(machine.agent()))
                  .onFailure(SupervisorStrategy.restart()),
              "node-port");
          context.spawn(
              TableSubscriber.create(SharedTable.ACCESS, machine.access()::merge), "keys");
          RegistryProtocol.initProxies(context.getSystem());
          context.spawn(
              Behaviors.supervise(
                      SelfRegistration.create(
                          home.machineId(),
                          machine.own(),
                          machine.blocking(),
                          new SelfRegistration.Pace(
                              config.getDuration("remuda.node.self-look-interval"),
                              config.getDuration("remuda.node.self-register-interval"))))
                  .onFailure(SupervisorStrategy.restart()),
              "self-registration");
          return Behaviors.empty();
        });
  }

  public MachineId machineId() {
    return home.machineId();
  }

  /** The door to this machine's instances for callers in this JVM. */
  public InferencePort front() {
    return machine.door().front();
  }

  /** Where gateways in other processes find that machine.door(). */
  public HostPort frontAddress() {
    return machine.door().address();
  }

  /** This machine's instances, as the byte path sees them. */
  public Hosted hosted() {
    return machine.hosted();
  }

  /** The membership of the fleet; empty where the JVM has it elsewhere. */
  public Optional<ClusterHost> cluster() {
    return cluster;
  }

  /**
   * Ends in good order and within {@code remuda.node.shutdown-limit}: nothing new, what is in
   * flight finishes, engines end (unless {@code remuda.node.keep-engines}), the fleet is told.
   */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    long end = System.nanoTime() + ends.limit().toNanos();
    if (!ends.keepEngines()) {
      Duration drain = hastened ? Duration.ZERO : ends.drain();
      CompletionStage<Done> ended =
          AskPattern.ask(
              machine.agent(),
              replyTo -> new NodeAgent.EndAll(drain, replyTo),
              ends.limit(),
              machine.system().scheduler());
      await("instances", ended.toCompletableFuture(), end);
    }
    cluster.ifPresent(host -> await("cluster", host.close().toCompletableFuture(), end));
    await("front", machine.door().close().toCompletableFuture(), end);
    machine.tasks().close();
    machine.system().terminate();
    await("actors", machine.system().getWhenTerminated().toCompletableFuture(), end);
    machine.release();
  }

  /** A {@link #close} that is under way, or comes, waits for nothing that is in flight. */
  public void hasten() {
    hastened = true;
    machine.agent().tell(new NodeAgent.Hasten());
  }

  /** For tests: ends as abruptly as can be inside a JVM; nobody is told and engines go on. */
  void abandon() {
    closed.set(true);
    long end = System.nanoTime() + ends.limit().toNanos();
    machine.tasks().close();
    machine.system().terminate();
    await("actors", machine.system().getWhenTerminated().toCompletableFuture(), end);
    cluster.ifPresent(host -> await("cluster", host.close().toCompletableFuture(), end));
    await("front", machine.door().close().toCompletableFuture(), end);
    machine.release();
  }

  /**
   * Waits for a part to end.
   *
   * @param until of {@link System#nanoTime()}, for all parts together
   */
  private static void await(String what, CompletableFuture<?> end, long until) {
    long began = System.nanoTime();
    try {
      end.get(Math.max(0, until - began), TimeUnit.NANOSECONDS);
      log.info(
          "event=part-ended node=model part={} millis={}",
          what,
          (System.nanoTime() - began) / 1_000_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (TimeoutException | java.util.concurrent.ExecutionException | CompletionException e) {
      log.warn("not ended in good order what={} reason={}", what, e.toString());
    }
  }
}
