package io.remuda.node.front;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.netty.buffer.Unpooled;
import io.remuda.node.instance.Gate;
import io.remuda.node.instance.Hosted;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.bytes.InferenceRequest;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.testing.CollectingSink;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.ScriptedEngine;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Engines close connections that are kept open, and may do so as the next request goes out. */
class KeptConnectionTest {

  private static final InstanceId INSTANCE = InstanceId.of("bench-1");

  private final Hosted hosted = new Hosted();
  private final Gate gate = Instances.gate(2, 0);
  private final Front front = new Front(hosted, Instances.settings(), FrontMetrics.NONE);
  private final ExecutorService loop = Executors.newSingleThreadExecutor();

  @AfterEach
  void close() {
    front.close().toCompletableFuture().join();
    loop.shutdownNow();
  }

  @Test
  void aRequestThatMeetsAClosedConnectionGoesOutOverANewOne() {
    Set<ScriptedEngine.Wire> used = ConcurrentHashMap.newKeySet();
    try (ScriptedEngine engine =
        ScriptedEngine.start(
            (seen, wire) -> {
              if (used.add(wire)) {
                wire.json(200, "{}");
              } else {
                wire.cut();
              }
            })) {
      hosted.put(Instances.ready(INSTANCE, gate, engine.base()));

      // More than there are loops, each of which keeps a connection.
      for (int i = 0; i < 2 * Instances.settings().eventLoops() + 2; i++) {
        CollectingSink sink = new CollectingSink();
        front.call(request(), sink);
        sink.await();
        assertThat(sink.failure()).isEmpty();
        assertThat(sink.status()).isEqualTo(200);
      }

      assertThat(engine.seen())
          .as("some met a connection that was used")
          .hasSizeGreaterThan(used.size());
    }
  }

  @Test
  void aRequestThatEndsEachConnectionIsSentTwiceAtMost() {
    AtomicInteger deadly = new AtomicInteger();
    try (ScriptedEngine engine =
        ScriptedEngine.start(
            (seen, wire) -> {
              if (seen.body().equals("{}")) {
                wire.json(200, "{}");
              } else {
                deadly.incrementAndGet();
                wire.cut();
              }
            })) {
      hosted.put(Instances.ready(INSTANCE, Instances.gate(64, 0), engine.base()));
      // Each loop keeps more than one connection.
      List<CollectingSink> before = new ArrayList<>();
      for (int i = 0; i < 2 * Instances.settings().eventLoops() + 2; i++) {
        CollectingSink sink = new CollectingSink();
        front.call(request(), sink);
        before.add(sink);
      }
      before.forEach(CollectingSink::await);

      CollectingSink sink = new CollectingSink();
      front.call(request("[\"deadly\"]"), sink);
      sink.await();

      assertThat(sink.failure().orElseThrow().code()).isEqualTo(ErrorCode.ENGINE_GONE);
      assertThat(deadly).hasValueBetween(1, 2);
    }
  }

  @Test
  void anEngineThatIsSilentOnAKeptConnectionIsNotAskedAgain() {
    CountDownLatch over = new CountDownLatch(1);
    Set<ScriptedEngine.Wire> used = ConcurrentHashMap.newKeySet();
    AtomicInteger silent = new AtomicInteger();
    Front quick =
        new Front(
            hosted,
            FrontSettings.from(
                ConfigFactory.parseString("remuda.node.front.silence-timeout = 1s")
                    .withFallback(ConfigFactory.load())),
            FrontMetrics.NONE);
    try (ScriptedEngine engine =
        ScriptedEngine.start(
            (seen, wire) -> {
              if (used.add(wire)) {
                wire.json(200, "{}");
              } else {
                silent.incrementAndGet();
                over.await();
              }
            })) {
      hosted.put(Instances.ready(INSTANCE, gate, engine.base()));
      Optional<Refused> failure = Optional.empty();
      for (int i = 0; i < 50 && silent.get() == 0; i++) {
        CollectingSink sink = new CollectingSink();
        quick.call(request(), sink);
        sink.await();
        failure = sink.failure();
      }

      assertThat(failure.orElseThrow().message()).contains("sent nothing for 1 s");
      assertThat(silent).hasValue(1);
      over.countDown();
    } finally {
      quick.close().toCompletableFuture().join();
    }
  }

  /** HTTP/1.0 has connections that stay open too, but none of them is used again. */
  @Test
  void anEngineOfTheOldProtocolThatKeepsItsConnectionsOpenLosesNone() {
    Front narrow =
        new Front(
            hosted,
            FrontSettings.from(
                ConfigFactory.parseString(
                        "remuda.node.front { event-loops = 1, max-connections = 2 }")
                    .withFallback(ConfigFactory.load())),
            FrontMetrics.NONE);
    try (ScriptedEngine engine =
        ScriptedEngine.start(
            (seen, wire) ->
                wire.raw(
                    "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n"
                        + "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"))) {
      hosted.put(Instances.ready(INSTANCE, gate, engine.base()));

      for (int call = 1; call <= 3; call++) {
        CollectingSink sink = new CollectingSink();
        narrow.call(request(), sink);
        sink.await();
        assertThat(sink.failure()).as("call %d", call).isEmpty();
        assertThat(sink.status()).isEqualTo(200);
      }

      Eventually.isTrue(
          "all are closed", Duration.ofSeconds(10), () -> engine.openConnections() == 0);
    } finally {
      narrow.close().toCompletableFuture().join();
    }
  }

  private InferenceRequest request() {
    return request("{}");
  }

  private InferenceRequest request(String body) {
    return new InferenceRequest(
        INSTANCE,
        "POST",
        "/v1/chat/completions",
        List.of(Map.entry("content-type", "application/json")),
        Unpooled.copiedBuffer(body, StandardCharsets.UTF_8),
        "bench",
        "r-1",
        false,
        loop);
  }
}
