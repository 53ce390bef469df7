package io.remuda.node.front;

import io.remuda.node.instance.Hosted;
import io.remuda.node.instance.HostedInstance;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.bytes.InferenceCall;
import io.remuda.protocol.bytes.InferencePort;
import io.remuda.protocol.bytes.InferenceRequest;
import io.remuda.protocol.bytes.InferenceSink;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * The door to this machine's instances: takes a call through the instance's gate to its engine and
 * the answer back as it comes. Blocks nowhere, asks no actor, belongs to no ActorSystem.
 *
 * <p>A call made on an event loop stays on it, its connection to the engine too; one made elsewhere
 * runs on a loop of the front and reaches its sink through the request's executor.
 */
public final class Front implements InferencePort {

  private static final InferenceCall NOTHING =
      new InferenceCall() {
        @Override
        public void cancel() {}

        @Override
        public void pause() {}

        @Override
        public void resume() {}
      };

  private final Hosted hosted;
  private final FrontSettings settings;
  private final FrontMetrics metrics;
  private final EngineClients clients;
  private final Vertx vertx;

  public Front(Hosted hosted, FrontSettings settings, FrontMetrics metrics) {
    this.hosted = hosted;
    this.settings = settings;
    this.metrics = metrics;
    this.clients = new EngineClients(settings);
    this.vertx =
        Vertx.vertx(
            new VertxOptions()
                // Its copies of files out of jars would lie about after a kill; none is read here.
                .setFileSystemOptions(
                    new FileSystemOptions()
                        .setFileCachingEnabled(false)
                        .setClassPathResolvingEnabled(false))
                .setEventLoopPoolSize(settings.eventLoops())
                .setWorkerPoolSize(2)
                .setInternalBlockingPoolSize(2));
  }

  @Override
  public InferenceCall call(InferenceRequest request, InferenceSink sink) {
    return call(request, sink, false);
  }

  /**
   * The same door for callers that hold a permit of the instance's gate already, and give it back
   * themselves.
   */
  public InferencePort admitted() {
    return (request, sink) -> call(request, sink, true);
  }

  private InferenceCall call(InferenceRequest request, InferenceSink sink, boolean admitted) {
    Context here = Vertx.currentContext();
    if (here != null && here.isEventLoopContext()) {
      return start(here, request, sink, admitted);
    }
    Context there = vertx.getOrCreateContext();
    CrossingCall crossing = new CrossingCall(there);
    there.runOnContext(
        v ->
            crossing.started(
                start(there, request, new CrossingSink(sink, request.loop()), admitted)));
    return crossing;
  }

  /** Ends the loops of the front once what runs on them is over, within the drain time. */
  public CompletionStage<Void> close() {
    return vertx.close().toCompletionStage();
  }

  Vertx vertx() {
    return vertx;
  }

  FrontSettings settings() {
    return settings;
  }

  FrontMetrics metrics() {
    return metrics;
  }

  EngineClients clients() {
    return clients;
  }

  private InferenceCall start(
      Context context, InferenceRequest request, InferenceSink sink, boolean admitted) {
    LeaseHeader header = LeaseHeader.of(request.headers());
    if (header.refused().isPresent()) {
      sink.onFailure(header.refused().get(), false);
      return NOTHING;
    }
    Optional<HostedInstance> instance = hosted.find(request.instance());
    if (instance.isEmpty()) {
      sink.onFailure(
          Refused.of(
              ErrorCode.MODEL_NOT_READY,
              "the instance " + request.instance() + " is not on this machine any more; try again"),
          header.token().isEmpty());
      return NOTHING;
    }
    FrontCall call =
        new FrontCall(
            this, context, instance.get(), header.token(), header.withoutIt(request), sink);
    if (admitted) {
      call.connect();
    } else {
      call.start();
    }
    return call;
  }
}
