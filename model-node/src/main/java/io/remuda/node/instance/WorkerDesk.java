package io.remuda.node.instance;

import io.remuda.protocol.id.ModelName;
import java.util.concurrent.CompletableFuture;

/** Where instances find the workers that have joined this machine. */
@FunctionalInterface
public interface WorkerDesk {

  /** Of a machine that no worker joins. */
  WorkerDesk NONE = (model, fingerprint) -> new CompletableFuture<>();

  /**
   * The worker of a model; completed when there is one. Cancel it when it is not waited for any
   * more.
   *
   * @param fingerprint of the schema that the worker must have
   */
  CompletableFuture<JoinedWorker> next(ModelName model, String fingerprint);
}
