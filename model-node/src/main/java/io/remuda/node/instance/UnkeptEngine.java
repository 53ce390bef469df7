package io.remuda.node.instance;

import io.remuda.node.instance.EngineRuntime.Ending;
import io.remuda.node.instance.EngineRuntime.Proof;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** An engine that is no process of its own here: it ends by not being used any more. */
final class UnkeptEngine implements EngineRuntime.Running {
  private final Upstream upstream;
  private final Proof proof;
  private final Ending last;
  private final CompletableFuture<Ending> ending = new CompletableFuture<>();

  /**
   * @param last what its end is said to be
   */
  UnkeptEngine(Upstream upstream, Proof proof, Ending last) {
    this.upstream = upstream;
    this.proof = proof;
    this.last = last;
  }

  @Override
  public OptionalLong pid() {
    return OptionalLong.empty();
  }

  @Override
  public OptionalInt port() {
    return OptionalInt.empty();
  }

  @Override
  public Upstream upstream() {
    return upstream;
  }

  @Override
  public CompletionStage<Ending> ending() {
    return ending.minimalCompletionStage();
  }

  @Override
  public CompletionStage<Optional<String>> prove(Duration limit) {
    return proof.prove(limit);
  }

  @Override
  public CompletionStage<Boolean> answers(boolean idle) {
    return proof.answers(idle);
  }

  @Override
  public CompletionStage<?> end(Duration grace) {
    ending.complete(last);
    return ending;
  }
}
