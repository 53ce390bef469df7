package io.remuda.node.front;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.remuda.node.instance.Hosted;
import io.remuda.node.instance.HostedInstance;
import io.remuda.node.instance.Upstream;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Keys;
import io.remuda.protocol.Refused;
import io.remuda.protocol.bytes.InferenceCall;
import io.remuda.protocol.bytes.InferencePort;
import io.remuda.protocol.bytes.InferenceRequest;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.testing.CollectingSink;
import io.remuda.protocol.testing.ScriptedEngine;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A lease's token ends at the front: no engine sees it, whatever kind it is. */
class LeaseHeaderTest {

  private static final InstanceId ID = InstanceId.of("bench-1");
  private static final String CANARY = "canary-lease.4711";

  private final Hosted hosted = new Hosted();
  private final Front front = new Front(hosted, Instances.settings(), FrontMetrics.NONE);

  @AfterEach
  void close() {
    front.close().toCompletableFuture().join();
  }

  private static InferenceRequest request(String... leases) {
    List<Map.Entry<String, String>> headers =
        Stream.concat(
                Stream.of(Map.entry("content-type", "application/json")),
                Arrays.stream(leases).map(text -> Map.entry(Keys.LEASE_HEADER, text)))
            .toList();
    return new InferenceRequest(
        ID,
        "POST",
        "/v1/completions",
        headers,
        Unpooled.wrappedBuffer(new byte[] {'{', '}'}),
        "bench",
        "r-1",
        false,
        Runnable::run);
  }

  private CollectingSink ask(InferencePort port, String... leases) {
    CollectingSink sink = new CollectingSink();
    port.call(request(leases), sink);
    return sink.await();
  }

  @Test
  void anEngineOverHttpSeesTheOtherHeadersOnly() {
    try (ScriptedEngine engine = ScriptedEngine.start((seen, wire) -> wire.json(200, "{}"))) {
      hosted.put(Instances.ready(ID, Instances.gate(1, 0), engine.base()));

      // By the way of those that hold a permit, to whom no lease is an obstacle.
      assertThat(ask(front.admitted(), CANARY).status()).isEqualTo(200);

      assertThat(engine.seen().get(0).headers()).containsKey("content-type");
      assertThat(engine.seen().toString()).doesNotContain("canary").doesNotContain("4711");
    }
  }

  @Test
  void aModelInTheJvmSeesTheOtherHeadersOnly() {
    List<InferenceRequest> seen = new CopyOnWriteArrayList<>();
    InferencePort model =
        (request, sink) -> {
          seen.add(request);
          sink.onFailure(Refused.of(ErrorCode.NOT_SUPPORTED, "not today"), false);
          return NO_CALL;
        };
    HostedInstance instance = Instances.ready(ID, Instances.gate(1, 0), new Upstream.InJvm(model));
    hosted.put(instance);

    ask(front.admitted(), CANARY);

    assertThat(seen).hasSize(1);
    assertThat(seen.get(0).headers())
        .containsExactly(Map.entry("content-type", "application/json"));
  }

  @Test
  void aHeaderOfAnotherShapeOrTwoOfThemAreRefusedAtOnce() {
    hosted.put(Instances.ready(ID, Instances.gate(1, 0), new Upstream.Absent()));
    for (String bad :
        List.of("", "l", "l.", ".1", "l.0", "l.-1", "l.01", "l.1.1", "L.1", "l.1e3")) {
      CollectingSink sink = ask(front, bad);

      assertThat(sink.failure().map(Refused::code))
          .as("'%s'", bad)
          .contains(ErrorCode.INVALID_REQUEST);
      assertThat(sink.safeToRetry()).isFalse();
    }
    assertThat(ask(front, "l.1", "l.1").failure().map(Refused::code))
        .contains(ErrorCode.INVALID_REQUEST);
  }

  @Test
  void whatComesUnderALeaseIsNotTriedOnAnotherInstance() {
    assertThat(ask(front, "l.1").safeToRetry()).isFalse();
    assertThat(ask(front).safeToRetry()).isTrue();
    hosted.put(Instances.ready(ID, Instances.gate(1, 0), new Upstream.Absent()));
    assertThat(ask(front, "l.1").failure().map(Refused::code)).contains(ErrorCode.STALE_LEASE);
  }

  private static final InferenceCall NO_CALL =
      new InferenceCall() {
        @Override
        public void cancel() {}

        @Override
        public void pause() {}

        @Override
        public void resume() {}
      };
}
