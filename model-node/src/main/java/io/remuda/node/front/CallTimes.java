package io.remuda.node.front;

import io.remuda.protocol.bytes.InferenceRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** When one call passed the gate, had a connection, and got its first byte. */
final class CallTimes {

  private static final Logger log = LoggerFactory.getLogger(FrontCall.class);

  private final long started = System.nanoTime();
  private long admittedAt;
  private long sentAt;

  /** {@code System.nanoTime()} of its beginning. */
  long started() {
    return started;
  }

  void admitted() {
    admittedAt = System.nanoTime();
  }

  void sent() {
    sentAt = System.nanoTime();
  }

  /** Says how it went, in time since it came. */
  void note(InferenceRequest request, String outcome, long firstByteAt) {
    if (log.isDebugEnabled()) {
      log.debug(
          "event=call request={} instance={} outcome={} admittedMillis={} sentMillis={}"
              + " firstByteMillis={} millis={}",
          request.requestId(),
          request.instance(),
          outcome,
          since(admittedAt),
          since(sentAt),
          since(firstByteAt),
          since(System.nanoTime()));
    }
  }

  private String since(long at) {
    return at == 0 ? "none" : Long.toString((at - started) / 1_000_000);
  }
}
