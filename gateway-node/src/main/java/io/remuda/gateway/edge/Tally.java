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
 * has gone, they are taken from what came: an event with a choice for a token, four bytes of the
 * question for another. Lives on one loop.
 */
final class Tally {

  private static final int BYTES_OF_A_TOKEN = 4;

  private final List<UsageScan> scans = new ArrayList<>(1);

  /**
   * The way to an instance, with its answer looked at in the engine's own words.
   *
   * @param hidden whether its client did not ask for the tokens that it tells
   */
  InferencePort over(InferencePort port, boolean hidden) {
    return (request, sink) -> {
      UsageScan scan = new UsageScan();
      scans.add(scan);
      return port.call(request, new Watched(sink, scan, hidden));
    };
  }

  /**
   * The sum of it.
   *
   * @param bodyBytes of the question
   * @param stream whether each event may be taken for a token
   */
  Taken taken(int bodyBytes, boolean stream) {
    Taken sum = Taken.NOTHING;
    for (UsageScan scan : scans) {
      if (scan.saw()) {
        scan.over();
        sum = sum.plus(of(scan, bodyBytes, stream));
      }
    }
    return sum;
  }

  private static Taken of(UsageScan scan, int bodyBytes, boolean stream) {
    OptionalLong prompt = scan.prompt();
    OptionalLong completion = scan.completion();
    // An embedding has no completion, and its engine may say so by leaving it out.
    boolean told = prompt.isPresent() && (completion.isPresent() || !stream);
    long answered = stream && scan.choices() > 0 ? scan.choices() : scan.bytes() / BYTES_OF_A_TOKEN;
    return new Taken(
        prompt.orElse(bodyBytes / BYTES_OF_A_TOKEN),
        completion.orElse(told ? 0 : answered),
        scan.cached(),
        told);
  }

  /** Passes everything on. */
  private static final class Watched implements InferenceSink {
    private final InferenceSink sink;
    private final UsageScan scan;
    private final Optional<HiddenUsage> hidden;
    private boolean good;

    Watched(InferenceSink sink, UsageScan scan, boolean hidden) {
      this.hidden = hidden ? Optional.of(new HiddenUsage()) : Optional.empty();
      this.sink = sink;
      this.scan = scan;
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
      hidden.map(HiddenUsage::rest).filter(ByteBuf::isReadable).ifPresent(sink::onBytes);
      sink.onEnd();
    }

    @Override
    public void onFailure(Refused reason, boolean safeToRetry) {
      sink.onFailure(reason, safeToRetry);
    }
  }
}
