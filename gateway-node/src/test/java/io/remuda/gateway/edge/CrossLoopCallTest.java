package io.remuda.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.bytes.InferenceCall;
import io.remuda.protocol.bytes.InferencePort;
import io.remuda.protocol.bytes.InferenceRequest;
import io.remuda.protocol.bytes.InferenceSink;
import io.remuda.protocol.id.InstanceId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;

/** A call whose caller is on another loop. */
class CrossLoopCallTest {

  private static final Refused GONE = Refused.of(ErrorCode.ENGINE_GONE, "it went");

  private final Turns callers = new Turns();
  private final Turns calls = new Turns();
  private final List<String> asked = new ArrayList<>();
  private final List<String> told = new ArrayList<>();
  private final List<InferenceSink> sinks = new ArrayList<>();
  private final ByteBuf body = Unpooled.copiedBuffer("{}", StandardCharsets.UTF_8);

  /** A loop that takes its turn when it is told to. */
  private static final class Turns implements Executor {
    private final Deque<Runnable> waiting = new ArrayDeque<>();

    @Override
    public void execute(Runnable work) {
      waiting.add(work);
    }

    private void turn() {
      while (!waiting.isEmpty()) {
        waiting.remove().run();
      }
    }
  }

  @Test
  void whatTheCallerWantsWaitsForTheCallsLoop() {
    InferenceCall call = call(this::open);
    call.pause();
    call.resume();
    call.cancel();
    assertThat(asked).isEmpty();

    calls.turn();

    assertThat(asked).containsExactly("call", "pause", "resume", "cancel");
  }

  @Test
  void whatComesOfItWaitsForTheCallersLoop() {
    call(this::open);
    calls.turn();
    InferenceSink sink = sinks.get(0);

    sink.onLoad(3);
    sink.onHead(200, List.of(Map.entry("content-type", "text/plain")));
    sink.onBytes(Unpooled.copiedBuffer("word", StandardCharsets.UTF_8));
    sink.onEnd();
    assertThat(told).isEmpty();
    callers.turn();

    assertThat(told).containsExactly("load 3", "head 200", "bytes word", "end");
  }

  @Test
  void holdsTheBodyUntilTheCallHasEnded() {
    InferenceCall call = call(this::open);
    assertThat(body.refCnt()).isEqualTo(2);
    calls.turn();
    assertThat(body.refCnt()).isEqualTo(2);

    sinks.get(0).onEnd();
    assertThat(body.refCnt()).isEqualTo(1);

    call.cancel();
    calls.turn();
    assertThat(body.refCnt()).as("one that is cancelled after its end").isEqualTo(1);
  }

  @Test
  void holdsTheBodyOfACallThatIsCancelledUntilItsLoopKnows() {
    InferenceCall call = call(this::open);
    call.cancel();
    call.cancel();
    // As its caller does at once.
    body.release();
    assertThat(body.refCnt()).isEqualTo(1);

    calls.turn();

    assertThat(body.refCnt()).isZero();
  }

  @Test
  void aCallThatFailsAsItIsMadeHoldsNothing() {
    InferenceCall call =
        call(
            (request, sink) -> {
              sink.onFailure(GONE, true);
              return new Asked();
            });
    call.cancel();
    calls.turn();
    callers.turn();

    assertThat(told).containsExactly("failure engine_gone true");
    assertThat(body.refCnt()).isEqualTo(1);
  }

  private InferenceCall call(InferencePort port) {
    InferenceRequest request =
        new InferenceRequest(
            InstanceId.of("chat-1"),
            "POST",
            "/v1/chat/completions",
            List.of(),
            body,
            "chat",
            "r1",
            true,
            callers);
    return CrossLoopCall.start(port, request, new Told(), calls);
  }

  private InferenceCall open(InferenceRequest request, InferenceSink sink) {
    asked.add("call");
    sinks.add(sink);
    return new Asked();
  }

  private final class Asked implements InferenceCall {
    @Override
    public void cancel() {
      asked.add("cancel");
    }

    @Override
    public void pause() {
      asked.add("pause");
    }

    @Override
    public void resume() {
      asked.add("resume");
    }
  }

  private final class Told implements InferenceSink {
    @Override
    public void onLoad(int requests) {
      told.add("load " + requests);
    }

    @Override
    public void onHead(int status, List<Map.Entry<String, String>> headers) {
      told.add("head " + status);
    }

    @Override
    public void onBytes(ByteBuf bytes) {
      told.add("bytes " + bytes.toString(StandardCharsets.UTF_8));
      bytes.release();
    }

    @Override
    public void onEnd() {
      told.add("end");
    }

    @Override
    public void onFailure(Refused reason, boolean safeToRetry) {
      told.add("failure " + reason.code().code() + " " + safeToRetry);
    }
  }
}
