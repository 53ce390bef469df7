package io.remuda.protocol.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.LoggingTestKit;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.javadsl.Behaviors;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.cluster.SystemConfig;
import io.remuda.protocol.config.StrictConfig;
import io.remuda.protocol.testing.Eventually;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What holds a dispatcher up is measured for as long as it lasts, and told. */
class DispatcherDelayTest {

  private static final Duration SOON = Duration.ofSeconds(30);
  private static final Duration HELD = Duration.ofMillis(700);
  private static final Duration ALARM = Duration.ofMillis(200);

  private static final Config CONFIG =
      ConfigFactory.parseString(
              """
              one-thread {
                type = Dispatcher
                executor = thread-pool-executor
                thread-pool-executor.fixed-pool-size = 1
                throughput = 1
              }
              akka.actor.testkit.typed { filter-leeway = 30s, timefactor = 1 }
              """)
          .withFallback(
              StrictConfig.load(
                  Optional.empty(),
                  ConfigFactory.parseMap(
                      Map.of(
                          "remuda.metrics.tick", "100ms",
                          "remuda.metrics.dispatcher-probe-interval", "20ms"))));

  private final Metrics metrics = Metrics.start(CONFIG);
  private final ActorTestKit kit = ActorTestKit.create("held", SystemConfig.local(CONFIG));
  private final CountDownLatch held = new CountDownLatch(1);

  @AfterEach
  void end() {
    held.countDown();
    kit.shutdownTestKit();
  }

  @Test
  void isAsLongAsTheDispatcherIsHeldUpAndTold() {
    // It is said once in a while only, so that a stall before would hide this one.
    LoggingTestKit.warn("event=dispatcher-late dispatcher=held-up")
        .expect(
            kit.system(),
            () -> {
              hold(DispatcherSelector.fromConfig("one-thread"));
              return null;
            });

    Eventually.passes(
        "the delay shows",
        SOON,
        () -> {
          assertThat(value("sum").orElseThrow()).isGreaterThan(seconds(ALARM.plus(ALARM)));
          assertThat(value("bucket", "0.2").orElseThrow())
              .as("none that is longer than the alarm")
              .isLessThan(value("count").orElseThrow());
        });
  }

  private void hold(DispatcherSelector oneThread) {
    kit.spawn(DispatcherDelay.create("held-up"), oneThread);
    Eventually.isTrue("it measures", SOON, () -> value("count").orElse(0.0) > 0);
    CountDownLatch holds = new CountDownLatch(1);
    kit.spawn(
            Behaviors.<String>receiveMessage(
                any -> {
                  holds.countDown();
                  held.await();
                  return Behaviors.same();
                }),
            oneThread)
        .tell("hold");
    Eventually.isTrue("it is held up", SOON, () -> holds.getCount() == 0);
    long from = System.nanoTime();
    Eventually.isTrue("for so long", SOON, () -> System.nanoTime() - from > HELD.toNanos());
    held.countDown();
  }

  private static double seconds(Duration time) {
    return time.toMillis() / 1e3;
  }

  private Optional<Double> value(String kind) {
    return read("remuda_dispatcher_delay_seconds_" + kind + "\\{system=\"held-up\"\\}");
  }

  private Optional<Double> value(String kind, String most) {
    return read(
        "remuda_dispatcher_delay_seconds_"
            + kind
            + "\\{(?=[^}]*system=\"held-up\")(?=[^}]*le=\""
            + Pattern.quote(most)
            + "\")[^}]*\\}");
  }

  private Optional<Double> read(String line) {
    Matcher found = Pattern.compile(line + " ([0-9.eE+-]+)").matcher(metrics.scrape());
    return found.find() ? Optional.of(Double.parseDouble(found.group(1))) : Optional.empty();
  }
}
