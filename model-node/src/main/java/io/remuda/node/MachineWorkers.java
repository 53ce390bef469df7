package io.remuda.node;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Adapter;
import com.typesafe.config.Config;
import io.remuda.node.external.ExternalWorkers;
import io.remuda.node.external.KeysOnDisk;
import io.remuda.node.external.OpenDoorPolicy;
import io.remuda.node.external.OpenDoorPolicy.Wish;
import io.remuda.node.external.TaskContract;
import io.remuda.node.external.WorkerAccess;
import io.remuda.node.external.WorkerDoor;
import io.remuda.node.external.WorkerSettings;
import io.remuda.node.front.WorkerCalls;
import io.remuda.node.instance.Hosted;
import io.remuda.protocol.Keys;
import io.remuda.protocol.access.KeyMint;
import io.remuda.protocol.cluster.NodeSettings;
import io.remuda.protocol.config.NodeHome;
import io.remuda.protocol.config.StartRefused;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.Executor;

/** The workers that have joined this machine, and who may. */
record MachineWorkers(ExternalWorkers all, WorkerAccess access, KeysOnDisk kept) {

  private static final String GATEWAY_ASKS = "remuda.gateway.auth";
  private static final String ASK = "remuda.node.workers.auth";

  static MachineWorkers of(NodeSettings settings, NodeHome home, Config config) {
    OpenDoorPolicy policy =
        new OpenDoorPolicy(
            settings.bind().isLoopback(),
            settings.roles().contains(Keys.ROLE_GATEWAY),
            !config.hasPath(GATEWAY_ASKS) || config.getBoolean(GATEWAY_ASKS));
    Wish wish = Wish.valueOf(config.getString(ASK).toUpperCase(Locale.ROOT));
    if (!policy.allows(wish)) {
      throw new StartRefused(
          "Workers would join at "
              + settings.bind()
              + ", where others can reach it, without a key. Turn "
              + ASK
              + " on, or give an address on loopback with --bind.");
    }
    boolean open = policy.isOpen(wish);
    KeysOnDisk kept = new KeysOnDisk(home.dir().resolve("keys.json"));
    return new MachineWorkers(
        new ExternalWorkers(
            WorkerSettings.from(config), System::nanoTime, () -> UUID.randomUUID().toString()),
        WorkerAccess.of(
            open, kept, new KeyMint(home.clusterKey(), new SecureRandom()), InstantSource.system()),
        kept);
  }

  WorkerCalls door(Config config, NodeHome home, Hosted hosted) {
    return new WorkerDoor(all, access, TaskContract.from(config, home.dir()), hosted);
  }

  /** From now on the keys that are heard of are kept for the next start. */
  void keepKeys(Executor blocking) {
    kept.follow(access, blocking);
  }

  /** From now on the silent ones are given up. */
  void lookAround(ActorSystem<?> system) {
    Adapter.toClassic(system)
        .scheduler()
        .scheduleWithFixedDelay(
            ExternalWorkers.LOOK, ExternalWorkers.LOOK, all::lookAround, system.executionContext());
  }
}
