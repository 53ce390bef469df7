package io.remuda.gateway.edge;

import io.netty.buffer.ByteBuf;
import io.remuda.protocol.Refused;
import io.remuda.protocol.bytes.InferenceCall;
import io.remuda.protocol.bytes.InferencePort;
import io.remuda.protocol.bytes.InferenceRequest;
import io.remuda.protocol.bytes.InferenceSink;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A call that works on another loop than its caller's: what the caller wants goes there, and what
 * comes of it goes back. It holds the request's body until the call has ended there, since its
 * caller frees it before a cancel has arrived.
 */
final class CrossLoopCall implements InferenceCall, InferenceSink {

  private final InferenceRequest request;
  private final InferenceSink sink;
  private final Executor loop;
  // Below: of the call's loop alone.
  private @Nullable InferenceCall call;
  private boolean over;

  private CrossLoopCall(InferenceRequest request, InferenceSink sink, Executor loop) {
    this.request = request;
    this.sink = sink;
    this.loop = loop;
  }

  /**
   * Makes the call.
   *
   * @param port that is called on {@code loop}, and stays on it
   */
  static InferenceCall start(
      InferencePort port, InferenceRequest request, InferenceSink sink, Executor loop) {
    CrossLoopCall crossing = new CrossLoopCall(request, sink, loop);
    request.body().retain();
    loop.execute(() -> crossing.call = port.call(request, crossing));
    return crossing;
  }

  @Override
  public void cancel() {
    loop.execute(
        () -> {
          if (call != null) {
            call.cancel();
          }
          end();
        });
  }

  @Override
  public void pause() {
    loop.execute(
        () -> {
          if (call != null) {
            call.pause();
          }
        });
  }

  @Override
  public void resume() {
    loop.execute(
        () -> {
          if (call != null) {
            call.resume();
          }
        });
  }

  @Override
  public void onLoad(int requests) {
    request.loop().execute(() -> sink.onLoad(requests));
  }

  @Override
  public void onHead(int status, List<Map.Entry<String, String>> headers) {
    request.loop().execute(() -> sink.onHead(status, headers));
  }

  @Override
  public void onBytes(ByteBuf bytes) {
    request.loop().execute(() -> sink.onBytes(bytes));
  }

  @Override
  public void onEnd() {
    end();
    request.loop().execute(sink::onEnd);
  }

  @Override
  public void onFailure(Refused reason, boolean safeToRetry) {
    end();
    request.loop().execute(() -> sink.onFailure(reason, safeToRetry));
  }

  private void end() {
    if (!over) {
      over = true;
      request.body().release();
    }
  }
}
