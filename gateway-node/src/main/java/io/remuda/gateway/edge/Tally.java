package io.remuda.gateway.edge;

import io.netty.buffer.ByteBuf;
import io.remuda.gateway.edge.Metering.Taken;
import io.remuda.protocol.Refused;
import io.remuda.protocol.bytes.InferencePort;
import io.remuda.protocol.bytes.InferenceSink;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What one request took of all instances that it was sent to: each of them worked for it, and
 * counts it. Where an engine does not tell its tokens, because its client did not ask for them or
 * has gone, they are taken from what came: an event with a choice or a delta for a token, four
 * bytes of the question for another. Lives on one loop.
 */
final class Tally {

  private static final int BYTES_OF_A_TOKEN = 4;

  private final List<Watched> calls = new ArrayList<>(1);

  /**
   * The way to an instance, with its answer looked at in the engine's own words.
   *
   * @param hidden whether its client did not ask for the tokens that it tells
   */
  InferencePort over(InferencePort port, boolean hidden) {
    return (request, sink) -> {
      Watched call = new Watched(sink, hidden);
      calls.add(call);
      return port.call(request, call);
    };
  }

  /**
   * The sum of it.
   *
   * @param bodyBytes of the question
   * @param writes whether its answer is tokens too
   * @param stream whether each event may be taken for a token
   */
  Taken taken(int bodyBytes, boolean writes, boolean stream) {
    Taken sum = Taken.NOTHING;
    for (Watched call : calls) {
      if (call.worked()) {
        call.scan.over();
        sum = sum.plus(of(call, bodyBytes, writes, writes && stream));
      }
    }
    return sum;
  }

  private static Taken of(Watched call, int bodyBytes, boolean writes, boolean stream) {
    UsageScan scan = call.scan;
    OptionalLong prompt = scan.prompt();
    OptionalLong completion = scan.completion();
    // Some streams begin with a count that is none yet: the last one is at the end.
    boolean whole = call.ended || !stream;
    // An embedding has no completion, and its engine may say so by leaving it out.
    boolean told = whole && prompt.isPresent() && (completion.isPresent() || !stream);
    long answered = stream && scan.events() > 0 ? scan.events() : scan.bytes() / BYTES_OF_A_TOKEN;
    long thought = told || !writes ? 0 : answered;
    return new Taken(
        prompt.orElse(bodyBytes / BYTES_OF_A_TOKEN),
        whole ? completion.orElse(thought) : Math.max(completion.orElse(0), thought),
        scan.cached(),
        told);
  }

  /** Passes everything on. */
  private static final class Watched implements InferenceSink {
    private final InferenceSink sink;
    private final UsageScan scan = new UsageScan();
    private final Optional<HiddenUsage> hidden;
    private boolean good;
    private boolean ended;
    private boolean spared;

    Watched(InferenceSink sink, boolean hidden) {
      this.hidden = hidden ? Optional.of(new HiddenUsage()) : Optional.empty();
      this.sink = sink;
    }

    /** Whether its engine may have; one whose client went before a byte came read the question. */
    boolean worked() {
      return !spared && (scan.saw() || !ended);
    }

    @Override
    public void onSent() {
      sink.onSent();
    }

    @Override
    public void onProgress(int percent) {
      sink.onProgress(percent);
    }

    @Override
    public void onLoad(int requests) {
      sink.onLoad(requests);
    }

    @Override
    public void onHead(int status, List<Map.Entry<String, String>> headers) {
      good = status < 400;
      spared = !good;
      String type = Headers.value(headers, "content-type");
      if (type.startsWith("text/event-stream") || type.startsWith("application/x-ndjson")) {
        scan.ofStream();
      }
      sink.onHead(status, headers);
    }

    @Override
    public void onBytes(ByteBuf bytes) {
      if (!good) {
        sink.onBytes(bytes);
        return;
      }
      scan.see(bytes);
      sink.onBytes(hidden.isPresent() ? hidden.get().pass(bytes) : bytes);
    }

    @Override
    public void onEnd() {
      ended = true;
      hidden.map(HiddenUsage::rest).filter(ByteBuf::isReadable).ifPresent(sink::onBytes);
      sink.onEnd();
    }

    @Override
    public void onFailure(Refused reason, boolean safeToRetry) {
      spared |= safeToRetry;
      sink.onFailure(reason, safeToRetry);
    }
  }
}
