package io.remuda.gateway.typed;

import com.google.protobuf.DynamicMessage;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/**
 * Measures JSON against protobuf for one message of about 1 KiB and one of numbers only: bytes, and
 * microseconds of processor time, which other work on the machine does not lengthen much. Run by
 * {@code deploy/bench/messages.sh}.
 */
final class MessageBenchmark {

  private static final int ROUNDS = 7;
  private static final double BOUND_MICROS = 20;

  private interface Step {
    Object run() throws BadMessage;
  }

  private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
  private final int perRound;
  private long sink;

  private MessageBenchmark(int perRound) {
    this.perRound = perRound;
  }

  public static void main(String[] args) throws Exception {
    int perRound = args.length > 0 ? Integer.parseInt(args[0]) : 20_000;
    MessageBenchmark benchmark = new MessageBenchmark(perRound);
    System.out.println("| message | form | bytes | read us | write us |");
    System.out.println("|---|---|---|---|---|");
    benchmark.measure("an order of text", order(14));
    benchmark.measure("128 numbers", numbers());
    System.out.println();
    boolean kept = benchmark.bound("JSON", order(9));
    kept &= benchmark.bound("protobuf", order(17));
    if (benchmark.sink == 0) {
      throw new IllegalStateException("nothing was measured");
    }
    System.exit(kept || System.getenv("HOLD") == null ? 0 : 1);
  }

  /** Says whether reading and writing a message that has 1 KB in its form is quick enough. */
  private boolean bound(String form, String text) throws BadMessage {
    MessageType type = Protos.model("shop.Order", "shop.Order").input();
    byte[] binary = type.fromJson(Protos.utf8(text));
    byte[] json = type.toJson(binary);
    DynamicMessage message = Protos.parsed(type, binary);
    boolean asJson = form.equals("JSON");
    double in = asJson ? median(() -> type.fromJson(json)) : median(() -> type.checked(binary));
    double out = asJson ? median(() -> type.toJson(binary)) : median(message::toByteArray);
    boolean kept = in < BOUND_MICROS && out < BOUND_MICROS;
    System.out.printf(
        Locale.ROOT,
        "1 KB as %s (%d bytes): decoded in %.1f us, encoded in %.1f us; below %.0f us: %s%n",
        form,
        asJson ? json.length : binary.length,
        in,
        out,
        BOUND_MICROS,
        kept ? "yes" : "NO");
    return kept;
  }

  private static String order(int items) {
    StringBuilder json = new StringBuilder("{\"id\":\"order-4711\",\"total\":\"123456789012\"");
    json.append(",\"isGift\":true,\"color\":\"RED\",\"price\":129.95,\"count\":12,\"items\":[");
    for (int i = 0; i < items; i++) {
      json.append(i == 0 ? "" : ",")
          .append("{\"sku\":\"article number ")
          .append(100_000 + i)
          .append("\",\"size\":")
          .append(i)
          .append(",\"maker\":{\"name\":\"a maker of fine things, ltd\"}}");
    }
    return json.append("],\"labels\":{\"channel\":\"shop\",\"language\":\"en\"}}").toString();
  }

  private static String numbers() {
    StringBuilder json = new StringBuilder("{\"scores\":[");
    for (int i = 0; i < 128; i++) {
      json.append(i == 0 ? "" : ",").append(Math.sin(i));
    }
    return json.append("]}").toString();
  }

  private void measure(String name, String text) throws BadMessage {
    MessageType type = Protos.model("shop.Order", "shop.Order").input();
    byte[] binary = type.fromJson(Protos.utf8(text));
    byte[] json = type.toJson(binary);
    DynamicMessage message = Protos.parsed(type, binary);
    row(
        name,
        "JSON",
        json.length,
        median(() -> type.fromJson(json)),
        median(() -> type.toJson(binary)));
    row(
        name,
        "protobuf",
        binary.length,
        median(() -> type.checked(binary)),
        median(message::toByteArray));
  }

  private static void row(String name, String form, int bytes, double in, double out) {
    System.out.printf(Locale.ROOT, "| %s | %s | %d | %.1f | %.1f |%n", name, form, bytes, in, out);
  }

  /** Microseconds of one run: the median of the rounds, of which the first two only warm up. */
  private double median(Step step) throws BadMessage {
    List<Double> micros = new ArrayList<>();
    for (int round = 0; round < ROUNDS + 2; round++) {
      long start = threads.getCurrentThreadCpuTime();
      for (int i = 0; i < perRound; i++) {
        sink += System.identityHashCode(step.run()) & 1;
      }
      if (round >= 2) {
        micros.add((threads.getCurrentThreadCpuTime() - start) / 1e3 / perRound);
      }
    }
    Collections.sort(micros);
    return micros.get(micros.size() / 2);
  }
}
