package io.remuda.deploy.chaos;

import static io.remuda.deploy.chaos.QueueSizes.BEFORE;
import static io.remuda.deploy.chaos.QueueSizes.MAILBOX;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import com.typesafe.config.ConfigFactory;
import io.remuda.deploy.check.Checker;
import io.remuda.deploy.check.History;
import io.remuda.deploy.check.Invariant;
import io.remuda.deploy.check.Limits;
import io.remuda.deploy.check.Observation.Size;
import io.remuda.deploy.check.Violation;
import io.remuda.protocol.testing.Eventually;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** A queue that outgrows what the settings let it be is found, by what its node tells of it. */
class QueuesTest {

  private static final Duration SOON = Duration.ofSeconds(20);
  private static final QueueSizes SIZES = new QueueSizes(5_000, 1_000, 2, 8);

  private static final String NOT_TOLD = "not told since the last fault: ";
  private static final String UNREADABLE = "remuda_queued{instance=\"chat-7\"} 1.2.3\n";

  private static final String WELL =
      """
      # TYPE remuda_mailbox_longest gauge
      remuda_mailbox_longest{system="cluster"} 12.0
      remuda_mailbox_longest{system="gateway"} 5000.0
      remuda_waiting_requests{model="chat"} 400.0
      remuda_waiting_requests{model="other"} 600.0
      remuda_queued{instance="chat-7",model="chat"} 2.0
      remuda_jvm_threads 61.0
      """;

  @Test
  void queuesWithinTheirBoundsAreLeftAlone() {
    assertThat(SIZES.of("gateway-1", Duration.ZERO, WELL)).hasSize(4);
    assertThat(judged(WELL)).isEmpty();
  }

  @Test
  void aMailboxThatGrowsIsFound() {
    assertThat(judged(WELL.replace("system=\"cluster\"} 12.0", "system=\"cluster\"} 5001.0")))
        .extracting(Violation::sentence)
        .containsExactly(
            "messages in the longest mailbox of cluster of gateway-1 is 5001, and may be 5000");
  }

  @Test
  void requestsThatAreHeldCountTogether() {
    assertThat(judged(WELL.replace("model=\"other\"} 600.0", "model=\"other\"} 609.0")))
        .extracting(Violation::sentence)
        .containsExactly("requests held of gateway-1 is 1009, and may be 1008");
  }

  /** Whoever was called and got no slot comes back to its place, though the room is full. */
  @Test
  void asManyAsThereAreSlotsMayComeBackToAFullRoom() {
    assertThat(judged(WELL.replace("model=\"other\"} 600.0", "model=\"other\"} 608.0"))).isEmpty();
  }

  @Test
  void aQueueBeforeAnInstanceThatGrowsIsFound() {
    assertThat(judged(WELL.replace("model=\"chat\"} 2.0", "model=\"chat\"} 3.0")))
        .extracting(Violation::sentence)
        .containsExactly("requests before chat-7 of gateway-1 is 3, and may be 2");
  }

  @Test
  void theBoundsAreTheSettings() {
    assertThat(QueueSizes.from(ConfigFactory.load(), 8)).isEqualTo(SIZES);
  }

  @Test
  void eachNodeIsAskedAgainAndAgainAndWhatItNeverToldIsNamed() throws IOException {
    AtomicInteger asked = new AtomicInteger();
    HttpServer node =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    node.createContext(
        "/metrics",
        exchange -> {
          byte[] text = WELL.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(asked.getAndIncrement() == 0 ? 503 : 200, text.length);
          exchange.getResponseBody().write(text);
          exchange.close();
        });
    node.start();
    Recorder recorder = new Recorder();
    URI there = URI.create("http://127.0.0.1:" + node.getAddress().getPort() + "/metrics");
    URI nowhere = URI.create("http://127.0.0.1:1/metrics");
    try (Queues queues =
        new Queues(
            Map.of("gateway-1", there, "model-1", nowhere),
            Map.of(
                "gateway-1", Set.of(MAILBOX + "cluster", MAILBOX + "other", BEFORE),
                "model-1", Set.of(MAILBOX + "model")),
            SIZES,
            recorder,
            Duration.ofMillis(20))) {
      Eventually.isTrue("it has told twice", SOON, () -> recorder.since(Size.class).size() >= 8);

      assertThat(queues.missed(Duration.ZERO, Duration.ZERO))
          .containsExactly(
              NOT_TOLD + MAILBOX + "model of model-1", NOT_TOLD + MAILBOX + "other of gateway-1");
      assertThat(queues.missed(recorder.now().plus(Duration.ofHours(1)), Duration.ZERO))
          .as("nobody has told anything since then")
          .hasSize(4);
      assertThat(recorder.since(Size.class)).extracting(Size::part).containsOnly("gateway-1");
    } finally {
      node.stop(0);
    }
  }

  @Test
  void anAnswerThatCannotBeReadEndsNothingAndIsTold() throws IOException {
    AtomicInteger asked = new AtomicInteger();
    HttpServer node = serving(() -> asked.getAndIncrement() == 0 ? UNREADABLE : WELL);
    Recorder recorder = new Recorder();
    URI there = URI.create("http://127.0.0.1:" + node.getAddress().getPort() + "/metrics");
    try (Queues queues =
        new Queues(
            Map.of("gateway-1", there),
            Map.of("gateway-1", Set.of(MAILBOX + "cluster")),
            SIZES,
            recorder,
            Duration.ofMillis(20))) {
      Eventually.isTrue("it has told", SOON, () -> !recorder.since(Size.class).isEmpty());

      assertThat(queues.missed(Duration.ZERO, Duration.ZERO))
          .singleElement()
          .asString()
          .startsWith("the queues of gateway-1 could not be read");
    } finally {
      node.stop(0);
    }
  }

  private static HttpServer serving(Supplier<String> answers) throws IOException {
    HttpServer node =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    node.createContext(
        "/metrics",
        exchange -> {
          byte[] text = answers.get().getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, text.length);
          exchange.getResponseBody().write(text);
          exchange.close();
        });
    node.start();
    return node;
  }

  private static List<Violation> judged(String text) {
    List<Size> sizes = SIZES.of("gateway-1", Duration.ZERO, text);
    List<Violation> found = Checker.check(new History(List.copyOf(sizes)), Limits.PROMISED);
    assertThat(found).extracting(Violation::invariant).allMatch(Invariant.BOUNDED::equals);
    return found;
  }
}
