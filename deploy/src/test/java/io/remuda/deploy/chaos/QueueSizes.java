package io.remuda.deploy.chaos;

import com.typesafe.config.Config;
import io.remuda.deploy.check.Observation.Size;
import io.remuda.protocol.metrics.MetricNames;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The queues of a node as its metrics tell of them, and what the product's settings let them be.
 *
 * @param mailbox messages before one actor, above which it is told as overrun
 * @param waiting requests that a gateway lets in to be held, of all models together
 * @param queued requests that wait at an instance
 * @param slots that whoever is held may have been called for and not got
 */
record QueueSizes(long mailbox, long waiting, long queued, long slots) {

  private static final Pattern SERIES =
      Pattern.compile("(?m)^(remuda_[a-z_]+)\\{([^}]*)} ([0-9.eE+-]+)$");
  private static final Pattern LABEL = Pattern.compile("([a-z]+)=\"([^\"]*)\"");

  private record Series(String name, String labels, long value) {
    boolean is(String metric) {
      return name.equals(metric.replace('.', '_'));
    }

    String label(String wanted) {
      Matcher found = LABEL.matcher(labels);
      while (found.find()) {
        if (found.group(1).equals(wanted)) {
          return found.group(2);
        }
      }
      return "";
    }
  }

  /** Of each actor system a node tells its longest mailbox by this and the system's name. */
  static final String MAILBOX = "messages in the longest mailbox of ";

  /** Of each instance that a machine has. */
  static final String BEFORE = "requests before ";

  /**
   * As a node's configuration has them.
   *
   * @param slots of all instances together
   */
  static QueueSizes from(Config config, long slots) {
    return new QueueSizes(
        config.getLong("remuda.metrics.mailbox-alarm"),
        config.getLong("remuda.gateway.inference.waiting"),
        config.getLong("remuda.node.instance.queue"),
        slots);
  }

  /**
   * What a gateway may hold: whoever was called for a slot and did not get it comes back to its
   * place, though others may have come in meanwhile; so many may be away at a time as there are
   * slots.
   */
  private long held() {
    return waiting + slots;
  }

  /**
   * What a node told.
   *
   * @param text of its metrics
   */
  List<Size> of(String node, Duration at, String text) {
    List<Series> all = series(text);
    List<Size> sizes = new ArrayList<>();
    for (Series each : all) {
      if (each.is(MetricNames.MAILBOX_LONGEST)) {
        String what = MAILBOX + each.label(MetricNames.SYSTEM);
        sizes.add(new Size(at, node, what, each.value(), mailbox));
      } else if (each.is(MetricNames.QUEUED)) {
        String what = BEFORE + each.label(MetricNames.INSTANCE);
        sizes.add(new Size(at, node, what, each.value(), queued));
      }
    }
    List<Series> held = all.stream().filter(each -> each.is(MetricNames.WAITING_REQUESTS)).toList();
    if (!held.isEmpty()) {
      long together = held.stream().mapToLong(Series::value).sum();
      sizes.add(new Size(at, node, "requests held", together, held()));
    }
    return List.copyOf(sizes);
  }

  private static List<Series> series(String text) {
    return SERIES
        .matcher(text)
        .results()
        .map(
            found ->
                new Series(
                    found.group(1), found.group(2), (long) Double.parseDouble(found.group(3))))
        .toList();
  }
}
