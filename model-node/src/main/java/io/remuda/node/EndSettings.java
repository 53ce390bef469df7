package io.remuda.node;

import com.typesafe.config.Config;
import io.remuda.protocol.config.StartRefused;
import java.time.Duration;

/**
 * How long a node's end takes.
 *
 * @param keepEngines whether engines run on
 * @param drain for which what is in flight may go on
 * @param limit of all of it
 */
record EndSettings(boolean keepEngines, Duration drain, Duration limit) {

  /** Throws {@link StartRefused} for a limit that leaves no time to stop engines and to leave. */
  static EndSettings from(Config config) {
    EndSettings settings =
        new EndSettings(
            config.getBoolean("remuda.node.keep-engines"),
            config.getDuration("remuda.node.shutdown-drain"),
            config.getDuration("remuda.node.shutdown-limit"));
    Duration grace = config.getDuration("remuda.node.instance.stop-grace");
    Duration leave = config.getDuration("remuda.cluster.leave-timeout");
    Duration terminate = config.getDuration("remuda.cluster.terminate-timeout");
    Duration engines = settings.keepEngines() ? Duration.ZERO : settings.drain().plus(grace);
    Duration sum = engines.plus(leave).plus(terminate);
    if (sum.compareTo(settings.limit()) > 0) {
      throw new StartRefused(
          "remuda.node.shutdown-limit is "
              + seconds(settings.limit())
              + ", less than this node may need to end in good order: remuda.node.shutdown-drain"
              + " and remuda.node.instance.stop-grace for its engines ("
              + seconds(engines)
              + "), remuda.cluster.leave-timeout ("
              + seconds(leave)
              + ") and remuda.cluster.terminate-timeout ("
              + seconds(terminate)
              + ") to leave. Raise it to "
              + seconds(sum)
              + " or more, with remuda.launch.shutdown-limit above it, or lower the others.");
    }
    return settings;
  }

  private static String seconds(Duration duration) {
    return duration.toMillis() / 1_000.0 + " s";
  }
}
