package io.remuda.protocol.metrics;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import kamon.Kamon;
import kamon.prometheus.PrometheusReporter;

/**
 * This JVM's measurements as Prometheus' text. Kamon is one for the whole JVM, so this is too:
 * starting twice changes nothing. No port is opened; nodes serve the text on routes of their own.
 */
public final class Metrics {

  private static final AtomicReference<Metrics> STARTED = new AtomicReference<>();

  private final PrometheusReporter reporter;

  private Metrics(PrometheusReporter reporter) {
    this.reporter = reporter;
  }

  /** Starts measuring, or gives what was started before in this JVM. */
  public static synchronized Metrics start(Config config) {
    Metrics before = STARTED.get();
    if (before != null) {
      return before;
    }
    Config own =
        ConfigFactory.parseMap(
                Map.of(
                    "kamon.metric.tick-interval", config.getString("remuda.metrics.tick"),
                    "kamon.modules.prometheus-reporter.enabled", "no",
                    "kamon.prometheus.start-embedded-http-server", "no"),
                "metrics")
            .withFallback(config);
    Kamon.initWithoutAttaching(own);
    PrometheusReporter reporter = new PrometheusReporter("kamon.prometheus", own);
    Kamon.addReporter("prometheus", reporter);
    new JvmMeters().readEvery(config.getDuration("remuda.metrics.tick"));
    Metrics metrics = new Metrics(reporter);
    STARTED.set(metrics);
    return metrics;
  }

  /** What the last tick gathered. */
  public String scrape() {
    return reporter.scrapeData();
  }

  /** As {@link #scrape()}; before a start it says that nothing is measured. */
  public static String scrapeText() {
    Metrics metrics = STARTED.get();
    return metrics == null ? "# nothing is measured\n" : metrics.scrape();
  }
}
