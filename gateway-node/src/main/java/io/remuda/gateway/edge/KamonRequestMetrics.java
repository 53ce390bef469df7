package io.remuda.gateway.edge;

import io.remuda.protocol.metrics.MetricNames;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import kamon.Kamon;
import kamon.metric.Counter;
import kamon.metric.Timer;
import kamon.tag.TagSet;

/**
 * Requests as Kamon's instruments. An instrument is looked up once for each model and outcome; both
 * have few values, since a model that does not exist is counted under an empty name.
 */
public final class KamonRequestMetrics implements RequestMetrics {

  private record Key(String model, String outcome) {}

  private record Instruments(Counter requests, Timer duration) {}

  private final Map<Key, Instruments> instruments = new ConcurrentHashMap<>();
  private final Map<String, Timer> firstBytes = new ConcurrentHashMap<>();

  @Override
  public void ended(
      Endpoint endpoint, String model, String code, Duration firstByte, Duration total) {
    Instruments of = instruments.computeIfAbsent(new Key(model, code), KamonRequestMetrics::make);
    of.requests().increment();
    of.duration().record(total);
    if (!firstByte.isNegative()) {
      firstBytes.computeIfAbsent(model, KamonRequestMetrics::firstByte).record(firstByte);
    }
  }

  @Override
  public void woken(String model, Duration held) {
    Kamon.timer(MetricNames.WAKE).withTag(MetricNames.MODEL, model).record(held);
  }

  @Override
  public void leftOut(String model) {
    Kamon.counter(MetricNames.LEFT_OUT).withTag(MetricNames.MODEL, model).increment();
  }

  @Override
  public void resumed(String model) {
    count(MetricNames.RESUMES, ofModel(model, MetricNames.OUTCOME, "resumed"));
  }

  @Override
  public void notResumed(String model, String reason) {
    count(
        MetricNames.RESUMES,
        ofModel(model, MetricNames.OUTCOME, "refused").withTag(MetricNames.REASON, reason));
  }

  @Override
  public void retried(String model, String reason) {
    count(MetricNames.RETRIES, ofModel(model, MetricNames.REASON, reason));
  }

  @Override
  public void fellBack(String from, String to) {
    count(MetricNames.FALLBACKS, ofModel(from, MetricNames.TO, to));
  }

  @Override
  public void copied(String to) {
    count(MetricNames.COPIES, ofModel(to, MetricNames.OUTCOME, "sent"));
  }

  @Override
  public void notCopied(String to) {
    count(MetricNames.COPIES, ofModel(to, MetricNames.OUTCOME, "dropped"));
  }

  private static TagSet ofModel(String model, String label, String value) {
    return TagSet.builder().add(MetricNames.MODEL, model).add(label, value).build();
  }

  private static void count(String metric, TagSet tags) {
    Kamon.counter(metric).withTags(tags).increment();
  }

  private static Instruments make(Key key) {
    TagSet tags =
        TagSet.builder()
            .add(MetricNames.MODEL, key.model())
            .add(MetricNames.OUTCOME, key.outcome())
            .build();
    return new Instruments(
        Kamon.counter(MetricNames.REQUESTS).withTags(tags),
        Kamon.timer(MetricNames.REQUEST_DURATION).withTags(tags));
  }

  private static Timer firstByte(String model) {
    return Kamon.timer(MetricNames.TTFT).withTag(MetricNames.MODEL, model);
  }
}
