package io.remuda.protocol.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.bytes.InferenceCall;
import io.remuda.protocol.bytes.InferencePort;
import io.remuda.protocol.bytes.InferenceRequest;
import io.remuda.protocol.id.InstanceId;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What every {@link InferencePort} keeps, in process or over HTTP: the bytes as they are, one end,
 * a cancel that reaches the engine at every moment, and the truth about what broke.
 */
public abstract class InferencePortContract {

  /** The instance that {@link #port} offers: two slots, no waiting places. */
  protected static final InstanceId INSTANCE = InstanceId.of("bench-1");

  private static final Duration SOON = Duration.ofSeconds(30);

  private final ExecutorService loop = Executors.newSingleThreadExecutor();

  /** A port whose {@link #INSTANCE} is the engine at {@code engine}. */
  protected abstract InferencePort port(URI engine);

  /** Permits that are out at the instance. */
  protected abstract int inFlight();

  @AfterEach
  void endLoop() {
    loop.shutdownNow();
  }

  @Test
  void passesACompleteAnswerOn() {
    try (ScriptedEngine engine =
        ScriptedEngine.start((seen, wire) -> wire.json(200, "{\"a\":1}"))) {
      CollectingSink sink = new CollectingSink();
      port(engine.base()).call(request("{\"model\":\"bench\"}", false), sink);

      sink.await();
      assertThat(sink.failure()).isEmpty();
      assertThat(sink.status()).isEqualTo(200);
      assertThat(sink.text()).isEqualTo("{\"a\":1}");
      assertThat(sink.headers()).contains(Map.entry("content-type", "application/json"));
      ScriptedEngine.Seen seen = engine.seen().get(0);
      assertThat(seen.method()).isEqualTo("POST");
      assertThat(seen.path()).isEqualTo("/v1/chat/completions");
      assertThat(seen.body()).isEqualTo("{\"model\":\"bench\"}");
      assertThat(seen.headers()).containsEntry("x-request-id", "r-1").containsEntry("accept", "x");
      assertThat(seen.headers()).doesNotContainKey("x-remuda-cluster-key");
      assertSlotsComeBack();
    }
  }

  @Test
  void passesEventsOnAsTheyCome() throws InterruptedException {
    CountDownLatch goOn = new CountDownLatch(1);
    try (ScriptedEngine engine =
        ScriptedEngine.start(
            (seen, wire) -> {
              wire.events();
              wire.event("one");
              goOn.await();
              wire.event("two");
              wire.done();
            })) {
      CollectingSink sink = new CollectingSink();
      port(engine.base()).call(request("{}", true), sink);

      Eventually.isTrue("the first event is there", SOON, () -> sink.text().contains("one"));
      goOn.countDown();
      sink.await();
      assertThat(sink.text()).isEqualTo("data: one\n\ndata: two\n\ndata: [DONE]\n\n");
      assertSlotsComeBack();
    }
  }

  @Test
  void tellsTheEngineThatTheClientHasGoneBeforeTheFirstByte() {
    try (ScriptedEngine engine = ScriptedEngine.start((seen, wire) -> wire.awaitDeparture(SOON))) {
      CollectingSink sink = new CollectingSink();
      InferenceCall call = port(engine.base()).call(request("{}", true), sink);
      Eventually.isTrue("the engine works", SOON, () -> !engine.seen().isEmpty());

      loop.execute(call::cancel);

      Eventually.isTrue("the engine was told", SOON, () -> engine.departed() == 1);
      assertSlotsComeBack();
      assertThat(sink.ends()).isZero();
    }
  }

  @Test
  void tellsTheEngineThatTheClientHasGoneInTheMiddleOfAStream() {
    try (ScriptedEngine engine =
        ScriptedEngine.start(
            (seen, wire) -> {
              wire.events();
              wire.event("one");
              wire.awaitDeparture(SOON);
            })) {
      CollectingSink sink = new CollectingSink();
      InferenceCall call = port(engine.base()).call(request("{}", true), sink);
      Eventually.isTrue("an event is there", SOON, () -> sink.text().contains("one"));

      loop.execute(call::cancel);

      Eventually.isTrue("the engine was told", SOON, () -> engine.departed() == 1);
      assertSlotsComeBack();
      assertThat(sink.ends()).isZero();
    }
  }

  @Test
  void saysThatARequestMayGoElsewhereWhenTheEngineDiesBeforeItsFirstByte() {
    try (ScriptedEngine engine = ScriptedEngine.start((seen, wire) -> wire.cut())) {
      CollectingSink sink = new CollectingSink();
      port(engine.base()).call(request("{}", true), sink);

      sink.await();
      assertThat(sink.failure().orElseThrow().code()).isEqualTo(ErrorCode.ENGINE_GONE);
      assertThat(sink.safeToRetry()).isTrue();
      assertThat(sink.status()).isZero();
      assertSlotsComeBack();
    }
  }

  @Test
  void saysThatAnAnswerIsNotCompleteWhenTheEngineDiesInItsMiddle() {
    try (ScriptedEngine engine =
        ScriptedEngine.start(
            (seen, wire) -> {
              wire.events();
              wire.event("one");
              wire.cut();
            })) {
      CollectingSink sink = new CollectingSink();
      port(engine.base()).call(request("{}", true), sink);

      sink.await();
      assertThat(sink.failure().orElseThrow().code()).isEqualTo(ErrorCode.ENGINE_GONE);
      assertSlotsComeBack();
    }
  }

  @Test
  void saysThatAnAnswerIsNotCompleteWhenItsLengthIsNotReached() {
    try (ScriptedEngine engine =
        ScriptedEngine.start(
            (seen, wire) -> {
              wire.raw(
                  "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                      + "Content-Length: 100\r\n\r\n{\"half\":");
              wire.cut();
            })) {
      CollectingSink sink = new CollectingSink();
      port(engine.base()).call(request("{}", false), sink);

      sink.await();
      assertThat(sink.failure().orElseThrow().code()).isEqualTo(ErrorCode.ENGINE_GONE);
    }
  }

  @Test
  void saysThatARequestMayGoElsewhereWhenNobodyListens() {
    ScriptedEngine dead = ScriptedEngine.start((seen, wire) -> wire.cut());
    dead.close();
    CollectingSink sink = new CollectingSink();
    port(dead.base()).call(request("{}", true), sink);

    sink.await();
    assertThat(sink.failure().orElseThrow().code()).isEqualTo(ErrorCode.ENGINE_GONE);
    assertThat(sink.safeToRetry()).isTrue();
    assertSlotsComeBack();
  }

  @Test
  void refusesWhatIsBeyondTheSlots() throws InterruptedException {
    CountDownLatch goOn = new CountDownLatch(1);
    try (ScriptedEngine engine =
        ScriptedEngine.start(
            (seen, wire) -> {
              goOn.await();
              wire.json(200, "{}");
            })) {
      InferencePort port = port(engine.base());
      CollectingSink first = new CollectingSink();
      CollectingSink second = new CollectingSink();
      CollectingSink third = new CollectingSink();
      port.call(request("{}", false), first);
      port.call(request("{}", false), second);
      Eventually.isTrue("both slots are taken", SOON, () -> engine.seen().size() == 2);

      port.call(request("{}", false), third);

      third.await();
      assertThat(third.failure().orElseThrow().code()).isEqualTo(ErrorCode.BUSY);
      assertThat(third.safeToRetry()).isTrue();
      goOn.countDown();
      assertThat(first.await().status()).isEqualTo(200);
      assertThat(second.await().status()).isEqualTo(200);
      assertSlotsComeBack();
    }
  }

  @Test
  void refusesAnInstanceThatIsNotThere() {
    try (ScriptedEngine engine = ScriptedEngine.start((seen, wire) -> wire.json(200, "{}"))) {
      CollectingSink sink = new CollectingSink();
      InferenceRequest request = request("{}", false);
      port(engine.base())
          .call(
              new InferenceRequest(
                  InstanceId.of("bench-77"),
                  request.method(),
                  request.path(),
                  request.headers(),
                  request.body(),
                  request.model(),
                  request.requestId(),
                  false,
                  request.loop()),
              sink);

      sink.await();
      assertThat(sink.failure().orElseThrow().code()).isEqualTo(ErrorCode.MODEL_NOT_READY);
      assertThat(sink.safeToRetry()).isTrue();
      assertThat(engine.seen()).isEmpty();
    }
  }

  @Test
  void holdsTheEngineBackWhileTheClientDoesNotRead() throws InterruptedException {
    int size = 64 << 20;
    String block = "x".repeat(64 * 1024);
    java.util.concurrent.atomic.AtomicLong written = new java.util.concurrent.atomic.AtomicLong();
    CountDownLatch paused = new CountDownLatch(1);
    try (ScriptedEngine engine =
        ScriptedEngine.start(
            (seen, wire) -> {
              wire.events();
              for (long sent = 0; sent < size; sent += block.length()) {
                wire.chunk(block);
                written.addAndGet(block.length());
                // Else all of it could have come before a slow loop gets to pause.
                paused.await();
              }
              wire.end();
            })) {
      CollectingSink sink = new CollectingSink();
      InferenceCall call = port(engine.base()).call(request("{}", true), sink);
      Eventually.isTrue("bytes flow", SOON, () -> sink.size() > 0);

      loop.execute(call::pause);
      loop.execute(paused::countDown);
      Eventually.isTrue("the engine is held back", SOON, () -> standsStill(written));
      assertThat(written.get()).isLessThan(size);
      assertThat(written.get() - sink.size()).isLessThan(24 << 20);

      loop.execute(call::resume);
      sink.await();
      assertThat(sink.failure()).isEmpty();
      assertThat(sink.size()).isEqualTo(size);
    }
  }

  private static boolean standsStill(java.util.concurrent.atomic.AtomicLong counter)
      throws InterruptedException {
    long before = counter.get();
    new CountDownLatch(1).await(300, TimeUnit.MILLISECONDS);
    return counter.get() == before;
  }

  private void assertSlotsComeBack() {
    Eventually.isTrue("the slots are free again", SOON, () -> inFlight() == 0);
  }

  /** A request as the gateway makes it. */
  protected InferenceRequest request(String body, boolean stream) {
    ByteBuf bytes = Unpooled.copiedBuffer(body, StandardCharsets.UTF_8);
    return new InferenceRequest(
        INSTANCE,
        "POST",
        "/v1/chat/completions",
        List.of(Map.entry("content-type", "application/json"), Map.entry("accept", "x")),
        bytes,
        "bench",
        "r-1",
        stream,
        loop);
  }
}
