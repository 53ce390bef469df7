package io.remuda.node.agent;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import io.remuda.node.gpu.GpuLocks;
import io.remuda.node.gpu.GpuProbe;
import java.util.concurrent.Executor;

/** How the machine's GPUs are watched for an agent. */
public interface GpuWatching {
  Behavior<GpuWatch.Command> watching(ActorRef<? super NodeAgent.GpusSeen> agent);

  static GpuWatching of(GpuProbe probe, GpuLocks locks, Executor blocking) {
    return agent -> GpuWatch.create(probe, locks, blocking, agent);
  }
}
