package io.remuda.gateway.edge;

import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.Map;

/**
 * Where the answer to a client goes: either {@link #whole}, or {@link #head}, any number of {@link
 * #bytes}, and one of {@link #end} and {@link #cut}. All are called on the request's loop.
 */
public interface AnswerSink {

  /** A complete answer at once; the sink owns {@code body}. */
  void whole(int status, List<Map.Entry<String, String>> headers, ByteBuf body);

  /** The beginning of an answer whose length may be unknown. */
  void head(int status, List<Map.Entry<String, String>> headers);

  /** The sink owns {@code bytes}. */
  void bytes(ByteBuf bytes);

  /**
   * What was sent is all there is, also where the last of it told of a failure. The connection
   * stays: its client may have sent the next request already.
   */
  void end();

  /** What was sent is not complete and never will be: the client must see a broken connection. */
  void cut();
}
