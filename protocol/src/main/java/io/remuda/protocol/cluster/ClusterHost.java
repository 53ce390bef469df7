package io.remuda.protocol.cluster;

import akka.Done;
import akka.actor.BootstrapSetup;
import akka.actor.CoordinatedShutdown;
import akka.actor.setup.ActorSystemSetup;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.cluster.MemberStatus;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Join;
import akka.management.cluster.bootstrap.ClusterBootstrap;
import akka.remote.artery.tcp.SSLEngineProviderSetup;
import akka.stream.javadsl.Tcp;
import com.typesafe.config.Config;
import io.remuda.protocol.Keys;
import io.remuda.protocol.config.NodeHome;
import io.remuda.protocol.config.StartRefused;
import io.remuda.protocol.metrics.DispatcherDelay;
import io.remuda.protocol.metrics.LongestMailbox;
import io.remuda.protocol.tls.CertificateWatch;
import io.remuda.protocol.tls.FleetTls;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node's membership of the fleet: one disposable actor system after the other.
 *
 * <p>When the system ends by itself, because it was downed or its guardian failed, a new one is
 * built after a random wait, with a fresh guardian, and joins again; threads outside of it notice
 * nothing. {@link #startOnce} ends with its system instead: for registry nodes, whose launcher
 * starts them anew.
 */
public final class ClusterHost {

  private static final Logger log = LoggerFactory.getLogger(ClusterHost.class);

  private final NodeSettings settings;
  private final Config config;
  private final Supplier<Behavior<Void>> guardian;
  private final FormingTurn turn;
  private final Optional<Runnable> onEnd;
  private final Optional<FleetTls> tls;
  private final Greeting greeting;
  private final RefusedPeers refused;
  private final RebuildPolicy rebuilds;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(ClusterHost::daemon);
  private final CompletableFuture<Done> closed = new CompletableFuture<>();

  private volatile @Nullable ActorSystem<Void> current;
  private volatile CompletableFuture<ActorSystem<Void>> joined = new CompletableFuture<>();
  private volatile boolean closing;
  // Written and read on the host's own thread alone.
  private int attempt;
  private long builtAtNanos;
  private Tcp.@Nullable ServerBinding contact;
  private @Nullable ActorSystem<Void> removed;

  private ClusterHost(
      NodeSettings settings,
      Config config,
      Supplier<Behavior<Void>> guardian,
      FormingTurn turn,
      Optional<Runnable> onEnd,
      Optional<FleetTls> tls) {
    this.settings = settings;
    this.tls = tls;
    this.greeting = Greeting.of(settings, NodeHome.PROTOCOL_VERSION);
    this.refused = new RefusedPeers(config);
    this.config = config;
    this.guardian = guardian;
    this.turn = turn;
    this.onEnd = onEnd;
    this.rebuilds =
        new RebuildPolicy(
            config.getDuration("remuda.cluster.rebuild-min-backoff"),
            config.getDuration("remuda.cluster.rebuild-max-backoff"));
  }

  /**
   * Builds the first system and starts to join; does not wait for it. Throws {@link StartRefused}
   * when the contact endpoint cannot listen or the settings are not allowed.
   */
  public static ClusterHost start(
      NodeSettings settings, Config config, Supplier<Behavior<Void>> guardian) {
    return start(settings, config, guardian, FormingTurn.FREE, Optional.empty());
  }

  /** As {@link #start}, but calls {@code onEnd} once when its only system ends by itself. */
  public static ClusterHost startOnce(
      NodeSettings settings, Config config, Supplier<Behavior<Void>> guardian, Runnable onEnd) {
    return startOnce(settings, config, guardian, FormingTurn.FREE, onEnd);
  }

  /** The same for a node that forms a cluster only when it has the {@code turn}. */
  public static ClusterHost startOnce(
      NodeSettings settings,
      Config config,
      Supplier<Behavior<Void>> guardian,
      FormingTurn turn,
      Runnable onEnd) {
    return start(settings, config, guardian, turn, Optional.of(onEnd));
  }

  private static ClusterHost start(
      NodeSettings settings,
      Config config,
      Supplier<Behavior<Void>> guardian,
      FormingTurn turn,
      Optional<Runnable> onEnd) {
    Optional<FleetTls> tls = FleetTls.find(settings.dataDir(), config);
    NetworkPolicy.check(
        settings, tls.isPresent() || config.getBoolean("remuda.cluster.insecure-network"));
    NodeSettings heeded = new PeerMemory(settings.dataDir()).heeded(settings);
    ClusterHost host = new ClusterHost(heeded.withFixedBind(), config, guardian, turn, onEnd, tls);
    try {
      host.thread.submit(host::build).get();
      tls.ifPresent(fleet -> host.watch(CertificateWatch.of(fleet, config)));
    } catch (ExecutionException e) {
      host.thread.shutdownNow();
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      host.close();
      throw new StartRefused("The start was interrupted.", e);
    }
    return host;
  }

  /** The system that lives now; empty between two. */
  public Optional<ActorSystem<Void>> system() {
    return Optional.ofNullable(current);
  }

  /** The settings with the contact port that was taken. */
  public NodeSettings settings() {
    return settings;
  }

  /** Completes when the present system, or the next one, is a full member. */
  public CompletionStage<ActorSystem<Void>> joined() {
    return joined.minimalCompletionStage();
  }

  /** Whether this node is a full member now, as far as it knows. */
  public boolean isUp() {
    ActorSystem<Void> system = current;
    return system != null
        && !system.whenTerminated().isCompleted()
        && joined.isDone()
        && Cluster.get(system).selfMember().status().equals(MemberStatus.up());
  }

  /** Leaves the cluster and ends; bounded by the configured limits. May be called twice. */
  public CompletionStage<Done> close() {
    try {
      thread.execute(this::leave);
    } catch (RejectedExecutionException e) {
      // The end has been reached before: closed tells so.
      log.debug("event=cluster-already-closed");
    }
    return closed.minimalCompletionStage();
  }

  /** For tests: this member is taken for dead by itself, as a split-brain resolver would. */
  public void downNow() {
    system().ifPresent(Leaving::down);
  }

  private void build() {
    if (closing) {
      return;
    }
    builtAtNanos = System.nanoTime();
    ActorSystem<Void> system = ActorSystem.create(guardian.get(), settings.clusterName(), setup());
    DispatcherDelay.watch(system, "cluster");
    LongestMailbox.watch(system, "cluster");
    NodeClock.start(system);
    boolean alone = formsAtOnce();
    if (alone) {
      // Before the contact endpoint listens, so that the two happen at the same time.
      Cluster cluster = Cluster.get(system);
      cluster.manager().tell(Join.create(cluster.selfMember().address()));
    }
    listen(system);
    current = system;
    CompletableFuture<ActorSystem<Void>> up = joined;
    akka.cluster.Cluster membership = akka.cluster.Cluster.get(system);
    membership.registerOnMemberUp(() -> up.complete(system));
    membership.registerOnMemberRemoved(() -> onThread(() -> onRemoved(system)));
    if (settings.hasRole(Keys.ROLE_REGISTRY)) {
      new PeerMemory(settings.dataDir()).watch(system);
    } else {
      StrandedMember.watch(system);
    }
    if (!alone) {
      ClusterBootstrap.get(system).start();
      new LockedOut(settings, greeting, tls, config).watch(system);
    }
    system.getWhenTerminated().thenRun(() -> onThread(() -> ended(system)));
  }

  private void watch(CertificateWatch certificate) {
    long pause = config.getDuration("remuda.metrics.tick").toMillis();
    // What is thrown would end the watch for good, and leave its gauge at a good value.
    Runnable look =
        () -> {
          try {
            certificate.look();
          } catch (RuntimeException e) {
            log.error("event=certificate-not-looked-at", e);
          }
        };
    var unused = thread.scheduleWithFixedDelay(look, 0, pause, TimeUnit.MILLISECONDS);
  }

  private ActorSystemSetup setup() {
    ActorSystemSetup setup =
        ActorSystemSetup.create(
            BootstrapSetup.create(
                SystemConfig.cluster(settings, config, greeting, tls.isPresent())),
            turn);
    return tls.map(
            fleet ->
                setup.withSetup(
                    SSLEngineProviderSetup.create(
                        owner -> new FleetEngines(owner, fleet, refused))))
        .orElse(setup);
  }

  private void listen(ActorSystem<Void> system) {
    try {
      Duration limit = config.getDuration("remuda.cluster.start-timeout");
      contact =
          new ContactEndpoint(system, tls, refused, greeting)
              .listen(
                  settings.bind().host(),
                  settings.bind().port(),
                  why -> onThread(() -> unmet(system, why)))
              .toCompletableFuture()
              .get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      system.terminate();
      throw new StartRefused(
          "The contact endpoint cannot listen on "
              + settings.bind()
              + " ("
              + e.getMessage()
              + "); end what uses the port, or give another one with --bind host:port.",
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      system.terminate();
      throw new StartRefused("The start was interrupted.", e);
    }
  }

  /** Nobody can ask it for the fleet any more: the next system listens again. */
  private void unmet(ActorSystem<Void> system, Optional<Throwable> why) {
    boolean ends = CoordinatedShutdown.get(system).getShutdownReason().isPresent();
    if (system == current && system != removed && !closing && !ends) {
      log.error(
          "event=contact-endpoint-lost contact={} why=\"{}\" next=end",
          settings.contact(),
          why.map(String::valueOf).orElse("unbound"));
      system.terminate();
    }
  }

  private boolean formsAtOnce() {
    return settings.form()
        && settings.hasRole(Keys.ROLE_REGISTRY)
        && SystemConfig.isAlone(settings);
  }

  /**
   * A removed member ends its system; one that takes its time must not keep the node out, and the
   * next one listens where this one did.
   */
  private void onRemoved(ActorSystem<Void> system) {
    if (system != current || closing) {
      return;
    }
    removed = system;
    if (contact != null) {
      var unused = contact.unbind();
    }
    giveUpLater(system);
  }

  private void giveUpLater(ActorSystem<Void> system) {
    Duration limit = config.getDuration("remuda.cluster.terminate-timeout");
    var unused =
        thread.schedule(
            () -> {
              if (system == current && !closing) {
                log.error("event=cluster-stuck contact={} next=give-up", settings.contact());
                ended(system);
              }
            },
            limit.toMillis(),
            TimeUnit.MILLISECONDS);
  }

  private void ended(ActorSystem<Void> system) {
    if (closing || system != current) {
      return;
    }
    current = null;
    joined = joined.isDone() ? new CompletableFuture<>() : joined;
    if (onEnd.isPresent()) {
      log.warn("event=cluster-ended contact={} next=exit", settings.contact());
      closing = true;
      closed.complete(Done.getInstance());
      thread.shutdown();
      onEnd.get().run();
      return;
    }
    attempt = rebuilds.attemptAfter(attempt, Duration.ofNanos(System.nanoTime() - builtAtNanos));
    rebuildLater("ended");
  }

  private void rebuildLater(String why) {
    Duration wait = rebuilds.delay(attempt, ThreadLocalRandom.current());
    log.warn(
        "event=cluster-rebuild contact={} why={} attempt={} waitMillis={}",
        settings.contact(),
        why,
        attempt,
        wait.toMillis());
    attempt++;
    var unused = thread.schedule(this::rebuild, wait.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void rebuild() {
    try {
      build();
    } catch (RuntimeException e) {
      log.warn("event=cluster-rebuild-failed contact={}", settings.contact(), e);
      rebuildLater("failed");
    }
  }

  private void leave() {
    if (closing) {
      return;
    }
    closing = true;
    ActorSystem<Void> system = current;
    if (system == null) {
      finish();
      return;
    }
    var unused =
        Leaving.of(system, config, settings.contact()).thenRun(() -> onThread(this::finish));
  }

  private void finish() {
    current = null;
    closed.complete(Done.getInstance());
    thread.shutdown();
  }

  private void onThread(Runnable step) {
    try {
      thread.execute(step);
    } catch (RejectedExecutionException e) {
      log.debug("event=cluster-host-closed");
    }
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "remuda-cluster-host");
    thread.setDaemon(true);
    return thread;
  }
}
