package io.remuda.protocol.tls;

import com.typesafe.config.Config;
import io.remuda.protocol.metrics.MetricNames;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.DoubleConsumer;
import kamon.Kamon;
import kamon.metric.MeasurementUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Measures how long a node's certificate is still good, and says now and then that it ends soon.
 */
public final class CertificateWatch {

  private static final Logger log = LoggerFactory.getLogger(CertificateWatch.class);

  private final FleetTls tls;
  private final Duration soon;
  private final Duration pause;
  private final InstantSource clock;
  private final DoubleConsumer secondsLeft;
  private @Nullable Instant said;

  CertificateWatch(
      FleetTls tls,
      Duration soon,
      Duration pause,
      InstantSource clock,
      DoubleConsumer secondsLeft) {
    this.tls = tls;
    this.soon = soon;
    this.pause = pause;
    this.clock = clock;
    this.secondsLeft = secondsLeft;
  }

  /** As {@code remuda.cluster} has it. */
  public static CertificateWatch of(FleetTls tls, Config config) {
    var gauge =
        Kamon.gauge(MetricNames.CERTIFICATE_LEFT, MeasurementUnit.time().seconds()).withoutTags();
    return new CertificateWatch(
        tls,
        config.getDuration("remuda.cluster.certificate-ends-soon"),
        config.getDuration("remuda.cluster.certificate-warn-interval"),
        InstantSource.system(),
        gauge::update);
  }

  /**
   * To be called again and again, by one thread.
   *
   * @return whether it said something
   */
  public boolean look() {
    NodeCertificate own = tls.material().own();
    Instant now = clock.instant();
    Duration left = Duration.between(now, own.until());
    secondsLeft.accept(Math.max(0, left.toSeconds()));
    if (left.compareTo(soon) >= 0) {
      said = null;
      return false;
    }
    if (said != null && now.isBefore(said.plus(pause))) {
      return false;
    }
    said = now;
    log.warn(
        "event=certificate-ends-soon {} text=\"have a new one made with 'remuda join-token' and give"
            + " it to this node with 'remuda ca renew'; after its end nobody takes it\"",
        own.describe());
    return true;
  }
}
