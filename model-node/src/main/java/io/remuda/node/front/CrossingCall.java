package io.remuda.node.front;

import io.remuda.protocol.bytes.InferenceCall;
import io.vertx.core.Context;
import org.jspecify.annotations.Nullable;

/** Steers a call that runs on another thread's loop; commands keep their order. */
final class CrossingCall implements InferenceCall {

  private final Context context;
  // Touched on the context alone.
  private @Nullable InferenceCall call;

  CrossingCall(Context context) {
    this.context = context;
  }

  void started(InferenceCall running) {
    call = running;
  }

  @Override
  public void cancel() {
    context.runOnContext(v -> running().cancel());
  }

  @Override
  public void pause() {
    context.runOnContext(v -> running().pause());
  }

  @Override
  public void resume() {
    context.runOnContext(v -> running().resume());
  }

  private InferenceCall running() {
    InferenceCall running = call;
    if (running == null) {
      throw new IllegalStateException("a command came before its call was started");
    }
    return running;
  }
}
