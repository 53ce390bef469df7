package io.remuda.gateway.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import com.typesafe.config.ConfigFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a delivery goes, whatever a name server or a receiver says. */
class WebhookCallTest {

  /** No name server knows it. */
  private static final String HOST = "hooks.invalid";

  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

  private final List<String> seen = new CopyOnWriteArrayList<>();
  private final List<String> lookedUp = new CopyOnWriteArrayList<>();
  private HttpServer receiver;
  private int status = 204;

  @BeforeEach
  void listen() throws Exception {
    receiver = HttpServer.create(new InetSocketAddress(LOOPBACK, 0), 0);
    receiver.createContext(
        "/",
        exchange -> {
          seen.add(
              exchange.getRequestMethod()
                  + " "
                  + exchange.getRequestHeaders().getFirst("Host")
                  + exchange.getRequestURI());
          exchange.getRequestBody().readAllBytes();
          exchange.getResponseHeaders().set("Location", url("/secret").toString());
          exchange.sendResponseHeaders(status, -1);
          exchange.close();
        });
    receiver.start();
  }

  @AfterEach
  void close() {
    receiver.stop(0);
  }

  @ParameterizedTest
  @ValueSource(ints = {301, 302, 303, 307, 308})
  void followsNoRedirectNotEvenToTheSameHost(int redirect) throws Exception {
    status = redirect;

    assertThat(post("private-hosts = [" + HOST + "]", LOOPBACK)).isEqualTo(redirect);

    assertThat(seen).containsExactly("POST " + HOST + ":" + port() + "/hook?task=7");
  }

  @Test
  void callsTheVeryAddressThatItHasChecked() throws Exception {
    // A second look-up, whoever made it, would find nothing.
    assertThat(post("private-hosts = [" + HOST + "]", LOOPBACK)).isEqualTo(204);

    assertThat(lookedUp).containsExactly(HOST);
    assertThat(seen).hasSize(1);
  }

  @Test
  void aNameThatHasComeToMeanAPrivateAddressIsNotCalled() {
    assertThatThrownBy(() -> post("", LOOPBACK))
        .isInstanceOf(ExecutionException.class)
        .hasRootCauseInstanceOf(SecurityException.class)
        .hasMessageContaining("private address 127.0.0.1");
    assertThat(seen).isEmpty();
  }

  @Test
  void oneThatMeansAPrivateAddressTooIsNotCalledEither() throws Exception {
    InetAddress world = InetAddress.getByAddress(new byte[] {1, 1, 1, 1});

    assertThatThrownBy(() -> post("", world, LOOPBACK))
        .isInstanceOf(ExecutionException.class)
        .hasRootCauseInstanceOf(SecurityException.class);
    assertThat(seen).isEmpty();
  }

  @Test
  void aNameServerThatDoesNotAnswerEndsTheDeliveryInItsTime() throws Exception {
    String allowed = "private-hosts = [" + HOST + "]";
    CountDownLatch answers = new CountDownLatch(1);
    try (WebhookCall call =
        call(
            allowed + ", timeout = 1s",
            host -> {
              awaited(answers);
              return new InetAddress[] {LOOPBACK};
            })) {
      assertThatThrownBy(() -> status(call))
          .isInstanceOf(ExecutionException.class)
          .hasMessageContaining(HOST + " was not found within");

      // and when it does at last, that delivery is not made any more
      answers.countDown();
      assertThat(post(allowed, LOOPBACK)).isEqualTo(204);
      assertThat(seen).hasSize(1);
    }
  }

  private static void awaited(CountDownLatch latch) throws UnknownHostException {
    try {
      if (!latch.await(60, TimeUnit.SECONDS)) {
        throw new UnknownHostException("nobody let the test's name server answer");
      }
    } catch (InterruptedException e) {
      throw new UnknownHostException("interrupted");
    }
  }

  private int post(String more, InetAddress... addresses) throws Exception {
    try (WebhookCall call =
        call(
            more,
            host -> {
              lookedUp.add(host);
              return addresses;
            })) {
      return status(call);
    }
  }

  private static WebhookCall call(String more, WebhookCall.Lookup lookup) {
    WebhookSettings settings =
        WebhookSettings.from(
            ConfigFactory.parseString(
                    "remuda.gateway.tasks.webhooks { hosts = ["
                        + HOST
                        + "], secret = 0123456789abcdef01234567, "
                        + more
                        + " }")
                .withFallback(ConfigFactory.load()));
    return new WebhookCall(new WebhookPolicy(settings), settings, lookup);
  }

  private int status(WebhookCall call) throws Exception {
    return call.post(url("/hook?task=7"), new byte[] {'{', '}'}, Map.of())
        .toCompletableFuture()
        .get(30, TimeUnit.SECONDS);
  }

  private URI url(String path) {
    return URI.create("http://" + HOST + ":" + port() + path);
  }

  private int port() {
    return receiver.getAddress().getPort();
  }
}
