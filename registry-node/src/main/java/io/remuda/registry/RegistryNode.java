package io.remuda.registry;

import akka.Done;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.Terminated;
import akka.actor.typed.javadsl.Behaviors;
import com.typesafe.config.Config;
import io.remuda.protocol.cluster.ClusterHost;
import io.remuda.protocol.cluster.NodeSettings;
import io.remuda.protocol.config.NodeHome;
import io.remuda.protocol.metrics.Metrics;
import io.remuda.registry.journal.FormingRow;
import io.remuda.registry.journal.JournalSettings;
import io.remuda.registry.journal.JournalStore;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * A registry node: decides which models exist and where they run.
 *
 * <p>Alone it is one JVM with one cluster ActorSystem; in an all-in-one its {@link #guardian} is
 * spawned into the shared one, which must be made with {@link #config}.
 */
public final class RegistryNode implements AutoCloseable {

  /** Exit code of a node that others have replaced; its launcher starts it again. */
  private static final int EXIT_REPLACED = 75;

  /** Exit code of a node that would be refused again: the launcher leaves it at that. */
  private static final int EXIT_REFUSED = 1;

  /**
   * How a node ended that nobody has closed.
   *
   * @param why a sentence for whoever started it
   */
  public record End(int exitCode, String why) {}

  private final ClusterHost host;
  private final RegistryStatus status;

  private RegistryNode(ClusterHost host, RegistryStatus status) {
    this.host = host;
    this.status = status;
  }

  /**
   * Starts a node of its own. When the cluster downs or refuses it, {@code onEnd} is called, once;
   * by the exit code its launcher knows whether to start a new JVM.
   */
  public static RegistryNode start(
      NodeSettings settings, NodeHome home, Config config, Consumer<End> onEnd) {
    Metrics.start(config);
    Config own = config(config, settings);
    RegistryStatus status = new RegistryStatus();
    ClusterHost host =
        ClusterHost.startOnce(
            settings,
            own,
            () -> guardian(settings, home, config, status),
            new FormingRow(JournalSettings.from(config, settings.dataDir())).turn(),
            () -> onEnd.accept(end(status)));
    // Halted, not ended: what is in its mailboxes must not run any more.
    PauseWatchdog.start(
        host,
        RegistrySettings.from(config).pauseLimit(),
        () -> Runtime.getRuntime().halt(EXIT_REPLACED));
    return new RegistryNode(host, status);
  }

  private static End end(RegistryStatus status) {
    return status.isRefusedEmbedded()
        ? new End(EXIT_REFUSED, status.notReadyBecause().orElseThrow())
        : new End(
            EXIT_REPLACED,
            "this node is no member any more: the other registry nodes voted it out, or its"
                + " system failed; its log says which");
  }

  /** {@code config} with what the journal's plug-in needs. */
  public static Config config(Config config, NodeSettings settings) {
    return JournalSettings.from(config, settings.dataDir()).over(config);
  }

  /** The registry as a part of a cluster system that was made with {@link #config}. */
  public static Behavior<Void> guardian(
      NodeSettings settings, NodeHome home, Config config, RegistryStatus status) {
    return Behaviors.setup(
        context -> {
          JournalStore store = new JournalStore(JournalSettings.from(config, settings.dataDir()));
          ActorRef<RegistryGuardian.Command> guardian =
              context.spawn(
                  RegistryGuardian.create(store, RegistrySettings.from(config), status),
                  "registry");
          context.watch(guardian);
          return Behaviors.receive(Void.class)
              .onSignal(Terminated.class, ended -> Behaviors.stopped())
              .build();
        });
  }

  public Optional<ActorSystem<Void>> system() {
    return host.system();
  }

  public RegistryStatus status() {
    return status;
  }

  public ClusterHost host() {
    return host;
  }

  /** Leaves the fleet in good order; bounded. */
  public CompletionStage<Done> stop() {
    return host.close();
  }

  @Override
  public void close() {
    host.close().toCompletableFuture().join();
  }
}
