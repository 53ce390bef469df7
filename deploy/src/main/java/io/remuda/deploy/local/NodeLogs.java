package io.remuda.deploy.local;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.core.joran.spi.JoranException;
import com.typesafe.config.Config;
import io.remuda.protocol.config.StartRefused;
import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.slf4j.LoggerFactory;

/** Sends a node's log to the console and, rotated, to {@code <data>/logs}. */
public final class NodeLogs {

  private NodeLogs() {}

  /** Takes effect at once; an operator's own {@code -Dlogback.configurationFile} is left alone. */
  public static void start(Path data, Config config) {
    if (System.getProperty("logback.configurationFile") != null
        || !(LoggerFactory.getILoggerFactory() instanceof LoggerContext context)) {
      return;
    }
    Path folder = data.resolve("logs");
    try {
      Files.createDirectories(folder);
      URL rules =
          Objects.requireNonNull(
              NodeLogs.class.getResource("/remuda-node-logback.xml"), "our own resource");
      context.reset();
      context.putProperty("REMUDA_LOG_DIR", folder.toString());
      context.putProperty("REMUDA_LOG_FILES", config.getString("remuda.launch.log-files"));
      context.putProperty(
          "REMUDA_LOG_FILE_SIZE", config.getBytes("remuda.launch.log-file-size").toString());
      context.putProperty(
          "REMUDA_LOG_REQUESTS",
          config.getBoolean("remuda.launch.log-requests") ? "DEBUG" : "INFO");
      JoranConfigurator configurator = new JoranConfigurator();
      configurator.setContext(context);
      configurator.doConfigure(rules);
      context.addTurboFilter(
          new OutageLines(
              config.getDuration("remuda.launch.log-outage-interval"), System::nanoTime));
    } catch (IOException | JoranException e) {
      throw new StartRefused(
          "The log cannot be written to "
              + folder
              + " ("
              + e.getMessage()
              + "); make room, or give"
              + " another directory with --data DIR.",
          e);
    }
  }
}
