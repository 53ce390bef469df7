package io.remuda.node.front;

import com.typesafe.config.Config;
import java.time.Duration;

/** Limits of the byte path's far end; see {@code remuda.node.front} in reference.conf. */
public record FrontSettings(
    int eventLoops,
    long maxBodyBytes,
    int maxConnections,
    Duration connectTimeout,
    Duration keepAlive,
    Duration queueTimeout,
    Duration silenceTimeout,
    Duration drainTimeout,
    Duration workerBodyTimeout,
    long workerBodies) {

  /** Reads {@code remuda.node.front}; 0 event loops mean one for each processor. */
  public static FrontSettings from(Config config) {
    Config front = config.getConfig("remuda.node.front");
    int loops = front.getInt("event-loops");
    return new FrontSettings(
        loops > 0 ? loops : Runtime.getRuntime().availableProcessors(),
        front.getBytes("max-body-size"),
        front.getInt("max-connections"),
        front.getDuration("connect-timeout"),
        front.getDuration("keep-alive"),
        front.getDuration("queue-timeout"),
        front.getDuration("silence-timeout"),
        front.getDuration("drain-timeout"),
        front.getDuration("worker-body-timeout"),
        front.getBytes("worker-bodies"));
  }
}
