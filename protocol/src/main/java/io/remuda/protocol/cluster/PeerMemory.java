package io.remuda.protocol.cluster;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.ClusterEvent;
import akka.cluster.Member;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Subscribe;
import io.remuda.protocol.Keys;
import io.remuda.protocol.config.DurableFile;
import io.remuda.protocol.config.StartRefused;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Remembers on disk that a registry node was once in one cluster with other registry nodes. Such a
 * node never forms a cluster alone again, even if it is started with {@code --form}: the others may
 * be alive where it cannot see them, and two clusters would write to one journal.
 */
final class PeerMemory {

  private final Path dataDir;
  private final Path file;

  PeerMemory(Path dataDir) {
    this.dataDir = dataDir;
    this.file = dataDir.resolve("registry-peers");
  }

  /** The settings with {@code form} taken away where it is no longer safe. */
  NodeSettings heeded(NodeSettings settings) {
    if (!settings.form() || !Files.exists(file)) {
      return settings;
    }
    if (SystemConfig.isAlone(settings)) {
      throw new StartRefused(
          "This registry node was in a cluster with other registry nodes, so it does not form one"
              + " alone any more: they may be alive where it cannot see them. Name all of them with"
              + " --seed host:port; if they are gone for good, remove "
              + file
              + " first.");
    }
    return settings.withForm(false);
  }

  /** Watches the members until the first other registry node is up. */
  void watch(ActorSystem<Void> system) {
    if (!Files.exists(file)) {
      system.systemActorOf(watching(), "remuda-peer-memory", Props.empty());
    }
  }

  private Behavior<ClusterEvent.MemberUp> watching() {
    return Behaviors.setup(
        context -> {
          Cluster cluster = Cluster.get(context.getSystem());
          cluster
              .subscriptions()
              .tell(Subscribe.create(context.getSelf(), ClusterEvent.MemberUp.class));
          return Behaviors.receiveMessage(
              up -> isPeer(up.member(), cluster) ? keep() : Behaviors.same());
        });
  }

  private static boolean isPeer(Member member, Cluster cluster) {
    return member.hasRole(Keys.ROLE_REGISTRY)
        && !member.uniqueAddress().equals(cluster.selfMember().uniqueAddress());
  }

  private Behavior<ClusterEvent.MemberUp> keep() {
    try {
      Files.createDirectories(dataDir);
      DurableFile.write(
          file, "Other registry nodes were seen; this one never forms a cluster alone.\n");
      return Behaviors.stopped();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
