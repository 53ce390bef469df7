package io.remuda.gateway.edge;

import com.typesafe.config.Config;
import java.time.Duration;

/** Limits of calls to other machines' fronts; see {@code remuda.gateway.fronts}. */
public record FrontClientSettings(
    int maxConnections, Duration connectTimeout, Duration keepAlive, Duration silenceTimeout) {

  /** Reads {@code remuda.gateway.fronts}. */
  public static FrontClientSettings from(Config config) {
    Config fronts = config.getConfig("remuda.gateway.fronts");
    return new FrontClientSettings(
        fronts.getInt("max-connections"),
        fronts.getDuration("connect-timeout"),
        fronts.getDuration("keep-alive"),
        fronts.getDuration("silence-timeout"));
  }
}
