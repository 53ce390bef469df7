package io.remuda.gateway.edge;

import com.typesafe.config.Config;
import java.time.Duration;

/**
 * Limits of the public port; see {@code remuda.gateway.edge-limits} in reference.conf.
 *
 * @param eventLoops threads that serve connections
 * @param maxBodiesBytes of all bodies of requests to models together
 * @param stallTimeout a client that reads nothing for so long is cut off
 */
public record EdgeSettings(
    String host,
    int port,
    int eventLoops,
    int maxConnections,
    int maxHeaderBytes,
    long maxBodyBytes,
    long maxBodiesBytes,
    long maxRelayedBodyBytes,
    long maxUploadBytes,
    Duration uploadTimeout,
    Duration headerTimeout,
    Duration bodyTimeout,
    Duration idleTimeout,
    Duration stallTimeout,
    Duration keepAliveComment,
    Duration drainTimeout) {

  /** Reads {@code remuda.gateway.edge-limits}; 0 event loops mean one for each processor. */
  public static EdgeSettings from(Config config, String host, int port) {
    Config edge = config.getConfig("remuda.gateway.edge-limits");
    int loops = edge.getInt("event-loops");
    return new EdgeSettings(
        host,
        port,
        loops > 0 ? loops : Runtime.getRuntime().availableProcessors(),
        edge.getInt("max-connections"),
        (int) (long) edge.getBytes("max-header-size"),
        edge.getBytes("max-body-size"),
        edge.getBytes("max-bodies-size"),
        edge.getBytes("max-relayed-body-size"),
        edge.getBytes("max-upload-size"),
        edge.getDuration("upload-timeout"),
        edge.getDuration("header-timeout"),
        edge.getDuration("body-timeout"),
        edge.getDuration("idle-timeout"),
        edge.getDuration("stall-timeout"),
        edge.getDuration("keep-alive-comment"),
        edge.getDuration("drain-timeout"));
  }
}
