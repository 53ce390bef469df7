package io.remuda.gateway.edge;

import io.remuda.gateway.routing.RoutingSettings;
import io.remuda.gateway.routing.Target;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notes how requests end at each instance, and says once when that makes it left out or taken back.
 * Any loop may call it.
 */
final class Outcomes {

  private static final Logger log = LoggerFactory.getLogger(Outcomes.class);

  private final RoutingSettings settings;
  private final RequestMetrics metrics;

  Outcomes(RoutingSettings settings, RequestMetrics metrics) {
    this.settings = settings;
    this.metrics = metrics;
  }

  /** The instance has answered, be it that the request is wrong. */
  void answered(Target target) {
    if (target.answered()) {
      log.info("event=instance-taken-back instance={}", target.instance());
    }
  }

  /**
   * Its client sees the first of its answer, whose end may still be missing.
   *
   * @param stream whether that is a stream's beginning, and not a whole answer
   * @param nanos since the request was sent to it
   */
  void begun(Target target, boolean stream, long nanos) {
    target.paced(stream, nanos, System.nanoTime(), settings);
  }

  /** The instance refused the request, or broke it off. */
  void ended(Target target, Refused why) {
    if (why.code() == ErrorCode.BUSY) {
      // It has as many of whomever as it takes, without this one.
      target.told(Math.max(1, target.route().openSlots()) + 1, System.nanoTime());
    } else if (why.code() == ErrorCode.ENGINE_GONE || why.code() == ErrorCode.ENGINE_FAILED) {
      failed(target, why.code());
    }
  }

  /** The instance could not do what it should. */
  void failed(Target target, ErrorCode why) {
    if (target.failed(System.nanoTime(), settings)) {
      log.info(
          "event=instance-left-out instance={} failures={} code={}",
          target.instance(),
          settings.breakerFailures(),
          why.code());
      metrics.leftOut(target.instance().model().value());
    }
  }
}
