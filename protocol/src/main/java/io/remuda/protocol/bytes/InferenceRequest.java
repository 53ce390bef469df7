package io.remuda.protocol.bytes;

import io.netty.buffer.ByteBuf;
import io.remuda.protocol.id.InstanceId;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;

/**
 * One call to an engine.
 *
 * @param path as the engine knows it, such as {@code /v1/chat/completions}
 * @param headers end-to-end headers, names in lower case; hop-by-hop ones are left out
 * @param body the whole body; the port reads it and leaves its reader index alone; the caller frees
 *     it when the call has ended
 * @param model the name the client used, for metrics
 * @param stream whether the client asked for server-sent events
 * @param loop where the sink is called, one callback after the other; a port that is called on an
 *     event loop stays on it, and then {@code loop} must be that one
 */
public record InferenceRequest(
    InstanceId instance,
    String method,
    String path,
    List<Map.Entry<String, String>> headers,
    ByteBuf body,
    String model,
    String requestId,
    boolean stream,
    Executor loop) {
  public InferenceRequest {
    headers = List.copyOf(headers);
  }

  /** The same call with another body. */
  public InferenceRequest withBody(ByteBuf other) {
    return new InferenceRequest(
        instance, method, path, headers, other, model, requestId, stream, loop);
  }
}
