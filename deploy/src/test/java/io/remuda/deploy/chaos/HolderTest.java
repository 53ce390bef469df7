package io.remuda.deploy.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.remuda.deploy.check.Checker;
import io.remuda.deploy.check.History;
import io.remuda.deploy.check.Invariant;
import io.remuda.deploy.check.Limits;
import io.remuda.deploy.check.Observation;
import io.remuda.deploy.check.Observation.LeaseCalled;
import io.remuda.deploy.check.Observation.LeaseHeld;
import io.remuda.deploy.check.Violation;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Holders of leases, and fleets that let them in or do not. */
class HolderTest {

  private static final Holder.Times QUICK =
      new Holder.Times(Duration.ofMillis(5), Duration.ofMillis(20), Duration.ofMillis(20));

  private final Recorder recorder = new Recorder();
  private final List<String> asked = new CopyOnWriteArrayList<>();

  /** What calls are answered, one after the other; 200 when there is nothing left. */
  private final Queue<Integer> calls = new ConcurrentLinkedQueue<>();

  private HttpServer gateway;
  private final AtomicInteger refusals = new AtomicInteger();
  private final AtomicBoolean dozing = new AtomicBoolean();

  @BeforeEach
  void start() throws IOException {
    gateway = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    gateway.createContext("/", this::answer);
    gateway.start();
  }

  @AfterEach
  void stop() {
    gateway.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    exchange.getRequestBody().readAllBytes();
    String path = exchange.getRequestURI().getPath();
    asked.add(exchange.getRequestMethod() + " " + path);
    byte[] body =
        """
        {"id":"ls-1","state":"READY","token":"%d","instances":[{"instance":"leased-1"}]}"""
            .formatted(asked.stream().anyMatch(call -> call.equals("GET /v1/leases/ls-1")) ? 5 : 4)
            .getBytes(StandardCharsets.UTF_8);
    boolean over = path.equals("/v1/leases/ls-1") && ended();
    int status =
        path.startsWith("/leases/")
            ? called()
            : over ? 410 : refusals.getAndDecrement() > 0 ? 503 : 202;
    exchange.sendResponseHeaders(status, status == 503 ? -1 : body.length);
    if (status != 503) {
      exchange.getResponseBody().write(body);
    }
    exchange.close();
  }

  /**
   * One that dozes finds its lease over whenever it looks; a look of others is at one that moved.
   */
  private boolean ended() {
    return dozing.get();
  }

  private int called() {
    Integer next = calls.poll();
    return next == null ? 200 : next;
  }

  @Test
  void asksAgainWhileItIsRefusedAndThenUsesItsLeaseAndGivesItBack() {
    refusals.set(2);

    Holder holder = holder(false);
    holder.one();

    assertThat(holder.had()).isEqualTo(1);
    assertThat(holder.answered()).isEqualTo(4);
    assertThat(asked)
        .startsWith("POST /v1/leases", "POST /v1/leases", "POST /v1/leases")
        .contains("POST /leases/ls-1.4/v1/chat/completions", "POST /v1/leases/ls-1/renew")
        .endsWith("DELETE /v1/leases/ls-1");
    assertThat(violations()).isEmpty();
  }

  @Test
  void goesOnUnderTheTokenOfALeaseThatHasMoved() {
    calls.add(409);

    Holder holder = holder(false);
    holder.one();

    assertThat(holder.answered()).isEqualTo(3);
    assertThat(recorder.since(LeaseHeld.class))
        .extracting(LeaseHeld::token)
        .containsExactly(4L, 5L);
    assertThat(recorder.since(LeaseCalled.class))
        .extracting(LeaseCalled::answered)
        .containsExactly(false, true, true, true);
  }

  @Test
  void oneThatDozedIsToldThatItsLeaseIsOver() {
    calls.addAll(List.of(200, 410, 409));

    Holder holder = dozed();

    assertThat(holder.refused()).isEqualTo(2);
    assertThat(violations()).isEmpty();
  }

  @Test
  void aFleetThatAnswersOneWhoseLeaseIsOverIsFound() {
    calls.addAll(List.of(200, 410, 200));

    Holder holder = dozed();

    assertThat(holder.refused()).isEqualTo(1);
    assertThat(violations())
        .extracting(Violation::invariant)
        .containsExactly(Invariant.HOLDER_ALONE);
  }

  private Holder dozed() {
    dozing.set(true);
    Holder holder = holder(true);
    holder.one();
    return holder;
  }

  private Holder holder(boolean dozes) {
    String url = "http://127.0.0.1:" + gateway.getAddress().getPort();
    return new Holder("leased", new Door(List.of(url), "key"), recorder, dozes, QUICK);
  }

  private List<Violation> violations() {
    return Checker.check(new History(recorder.since(Observation.class)), Limits.PROMISED);
  }
}
