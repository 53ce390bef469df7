package io.remuda.node.instance;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import java.time.Duration;

/**
 * How closely an engine's output is watched for trouble, and how much of it is remembered, from
 * {@code remuda.node.instance.trouble}.
 *
 * @param lookInterval between two looks at what is new in the output
 * @param kinds of lines that are remembered
 * @param lineChars of a line that are kept
 * @param lastLines that are kept of the output of an engine that ended
 */
public record TroubleLimits(Duration lookInterval, int kinds, int lineChars, int lastLines) {

  static TroubleLimits from(Config root) {
    Config config = root.getConfig("remuda.node.instance.trouble");
    return new TroubleLimits(
        config.getDuration("look-interval"),
        atLeastOne(config, "kinds"),
        atLeastOne(config, "line-chars"),
        atLeastOne(config, "last-lines"));
  }

  private static int atLeastOne(Config config, String key) {
    int value = config.getInt(key);
    if (value < 1) {
      throw new ConfigException.BadValue(
          config.getValue(key).origin(),
          "remuda.node.instance.trouble." + key,
          "is " + value + "; at least 1 is kept");
    }
    return value;
  }
}
