package io.remuda.protocol.bytes;

import io.netty.buffer.ByteBuf;
import io.remuda.protocol.Refused;
import java.util.List;
import java.util.Map;

/**
 * Where an engine's answer goes: {@code onHead}, any number of {@code onBytes}, then exactly one of
 * {@code onEnd} and {@code onFailure}. After {@link InferenceCall#cancel()} nothing more is called.
 */
public interface InferenceSink {

  /**
   * From now on the engine may have seen the request. Told at most once, by the port of the machine
   * that the engine is on; what fails there without it was begun by no engine.
   */
  default void onSent() {}

  /**
   * How far the engine is with an answer that has not begun. Only where the request asks for it
   * with {@link FrontHeaders#PROGRESS} and the engine can tell.
   *
   * @param percent 0 to 100
   */
  default void onProgress(int percent) {}

  /**
   * How many requests the instance has now, this one and those of other gateways among them. Told
   * at most once, before the head, where the machine tells it. Without a default: what stands
   * between an engine and a gateway and swallowed it would make instances look idle.
   */
  void onLoad(int requests);

  void onHead(int status, List<Map.Entry<String, String>> headers);

  /** The sink owns {@code bytes} and releases them. */
  void onBytes(ByteBuf bytes);

  void onEnd();

  /**
   * The answer will not be completed. Before {@code onHead} the request may be sent elsewhere when
   * {@code safeToRetry}: the engine has not worked on it, or nothing of its work has been seen.
   */
  void onFailure(Refused reason, boolean safeToRetry);
}
