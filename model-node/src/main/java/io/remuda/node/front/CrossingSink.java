package io.remuda.node.front;

import io.netty.buffer.ByteBuf;
import io.remuda.protocol.Refused;
import io.remuda.protocol.bytes.InferenceSink;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;

/** Hands an answer over to the executor of the one that asked. */
record CrossingSink(InferenceSink sink, Executor loop) implements InferenceSink {

  @Override
  public void onSent() {
    loop.execute(sink::onSent);
  }

  @Override
  public void onProgress(int percent) {
    loop.execute(() -> sink.onProgress(percent));
  }

  @Override
  public void onLoad(int requests) {
    loop.execute(() -> sink.onLoad(requests));
  }

  @Override
  public void onHead(int status, List<Map.Entry<String, String>> headers) {
    loop.execute(() -> sink.onHead(status, headers));
  }

  @Override
  public void onBytes(ByteBuf bytes) {
    loop.execute(() -> sink.onBytes(bytes));
  }

  @Override
  public void onEnd() {
    loop.execute(sink::onEnd);
  }

  @Override
  public void onFailure(Refused reason, boolean safeToRetry) {
    loop.execute(() -> sink.onFailure(reason, safeToRetry));
  }
}
