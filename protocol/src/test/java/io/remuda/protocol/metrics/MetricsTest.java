package io.remuda.protocol.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.cluster.SystemConfig;
import io.remuda.protocol.config.StrictConfig;
import io.remuda.protocol.testing.Eventually;
import java.lang.reflect.Field;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import kamon.Kamon;
import kamon.metric.MeasurementUnit;
import kamon.tag.TagSet;
import org.junit.jupiter.api.Test;

class MetricsTest {

  private static final Config CONFIG =
      StrictConfig.load(
          Optional.empty(),
          ConfigFactory.parseMap(
              Map.of(
                  "remuda.metrics.tick", "100ms",
                  "remuda.metrics.dispatcher-probe-interval", "20ms",
                  "akka.actor.testkit.typed.timefactor", "5")));

  private static final Duration SOON = Duration.ofSeconds(20);

  @Test
  void whatIsMeasuredIsScrapedAfterATick() {
    Metrics metrics = Metrics.start(CONFIG);
    assertThat(Metrics.start(CONFIG)).as("one for the JVM").isSameAs(metrics);

    Kamon.counter(MetricNames.REQUESTS)
        .withTags(TagSet.of(MetricNames.MODEL, "demo").withTag(MetricNames.OUTCOME, "ok"))
        .increment(3);
    Kamon.timer(MetricNames.TTFT).withTag(MetricNames.MODEL, "demo").record(Duration.ofMillis(30));
    Kamon.gauge(MetricNames.GPU_MEMORY, MeasurementUnit.information().bytes())
        .withTags(TagSet.of(MetricNames.GPU, "0").withTag(MetricNames.KIND, "total"))
        .update(8e9);

    Eventually.passes(
        "the text has them",
        SOON,
        () ->
            assertThat(metrics.scrape())
                .containsPattern("remuda_requests_total\\{.*model=\"demo\".*} 3.0")
                .contains("remuda_ttft_seconds_count{model=\"demo\"} 1.0")
                .containsPattern("remuda_ttft_seconds_bucket\\{.*le=\"0.05\".*} 1.0")
                .containsPattern("remuda_gpu_memory_bytes\\{.*gpu=\"0\".*} 8000000000.0")
                .contains("remuda_jvm_memory_bytes{area=\"heap\"}")
                .contains("remuda_jvm_threads")
                .contains("remuda_process_uptime_seconds"));
    assertThat(Metrics.scrapeText()).contains("remuda_requests_total");
  }

  @Test
  void aDispatcherThatIsHeldUpShows() {
    Metrics metrics = Metrics.start(CONFIG);
    ActorTestKit kit = ActorTestKit.create("delay", SystemConfig.local(CONFIG));
    try {
      kit.spawn(DispatcherDelay.create("delay-test"));

      Eventually.passes(
          "delays are recorded",
          SOON,
          () ->
              assertThat(metrics.scrape())
                  .containsPattern(
                      "remuda_dispatcher_delay_seconds_count\\{system=\"delay-test\"} [1-9]"));
    } finally {
      kit.shutdownTestKit();
    }
  }

  @Test
  void namesAreOursAndOneEach() throws Exception {
    java.util.Set<String> seen = new java.util.HashSet<>();
    for (Field field : MetricNames.class.getFields()) {
      String name = (String) field.get(null);
      assertThat(seen.add(name)).as("used once: " + name).isTrue();
      assertThat(name).matches("remuda(\\.[a-z]+)+|[a-z]+");
    }
  }
}
