package io.remuda.node.front;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.metrics.MetricNames;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import kamon.Kamon;
import kamon.metric.Counter;
import kamon.metric.Timer;
import kamon.tag.TagSet;

/** What the machine sees of its instances' work: tokens, and the time between them. */
public final class KamonFrontMetrics implements FrontMetrics {

  private record Instruments(Counter prompt, Counter completion, Timer betweenTokens) {}

  private final Map<String, Instruments> models = new ConcurrentHashMap<>();

  @Override
  public void ended(InstanceId instance, String code, long started, TokenMeter meter) {
    if (meter.firstByteAt() == 0) {
      return;
    }
    Instruments of =
        models.computeIfAbsent(instance.model().value(), KamonFrontMetrics::instruments);
    meter.promptTokens().ifPresent(of.prompt()::increment);
    long tokens = meter.completionTokens();
    of.completion().increment(tokens);
    if (meter.firstTokenAt() != 0 && tokens > 1) {
      // One record for each answer: the mean over its tokens.
      of.betweenTokens()
          .record(Duration.ofNanos((meter.lastTokenAt() - meter.firstTokenAt()) / (tokens - 1)));
    }
  }

  private static Instruments instruments(String model) {
    TagSet tags = TagSet.of(MetricNames.MODEL, model);
    return new Instruments(
        Kamon.counter(MetricNames.TOKENS).withTags(tags.withTag(MetricNames.KIND, "prompt")),
        Kamon.counter(MetricNames.TOKENS).withTags(tags.withTag(MetricNames.KIND, "completion")),
        Kamon.timer(MetricNames.INTER_TOKEN).withTags(tags));
  }
}
