package io.remuda.gateway.usage;

import com.typesafe.config.Config;
import io.remuda.protocol.limit.Purse;
import java.time.Duration;

/**
 * How limits are kept and use is handed in; see {@code remuda.gateway.limits} and {@code
 * remuda.gateway.usage} in reference.conf.
 *
 * @param asking when the owners of limits are asked
 * @param assumedAnswer tokens of an answer whose client does not say how long it may be
 * @param askEngines whether engines that stream are asked for their tokens
 * @param handInInterval between two parts of what was used
 * @param handInPatience for the registry's word that it has one
 * @param mostLines of what was used that may wait for it
 */
public record MeterSettings(
    Purse.Times asking,
    long assumedAnswer,
    boolean askEngines,
    Duration handInInterval,
    Duration handInPatience,
    int mostLines) {

  public MeterSettings {
    if (asking.pause() < 1 || asking.interval() < asking.pause()) {
      throw new IllegalArgumentException(
          "remuda.gateway.limits.ask-pause is at least 1ms and at most ask-interval; correct them");
    }
    if (assumedAnswer < 0) {
      throw new IllegalArgumentException(
          "remuda.gateway.limits.assumed-answer-tokens is 0 or more; correct it");
    }
    if (handInInterval.isNegative() || handInInterval.isZero()) {
      throw new IllegalArgumentException(
          "remuda.gateway.usage.hand-in-interval is longer than 0; correct it");
    }
    if (mostLines < 1) {
      throw new IllegalArgumentException(
          "remuda.gateway.usage.most-lines is 1 or more; correct it");
    }
  }

  /** Reads {@code remuda.gateway}. */
  public static MeterSettings from(Config config) {
    Config limits = config.getConfig("remuda.gateway.limits");
    Config usage = config.getConfig("remuda.gateway.usage");
    return new MeterSettings(
        new Purse.Times(
            limits.getDuration("ask-pause").toMillis(),
            limits.getDuration("ask-interval").toMillis(),
            limits.getDuration("ask-patience").toMillis(),
            limits.getDuration("alone-after").toMillis()),
        limits.getLong("assumed-answer-tokens"),
        usage.getBoolean("ask-engines"),
        usage.getDuration("hand-in-interval"),
        usage.getDuration("hand-in-patience"),
        usage.getInt("most-lines"));
  }
}
