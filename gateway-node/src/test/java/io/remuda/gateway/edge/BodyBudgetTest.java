package io.remuda.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.ScriptedEngine;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How much memory the bodies of requests to models take, one and all of them. */
class BodyBudgetTest {

  private static final String CHAT = "/v1/chat/completions";
  private static final Duration SOON = Duration.ofSeconds(30);

  private final CountDownLatch goOn = new CountDownLatch(1);
  private final ScriptedEngine front =
      ScriptedEngine.start(
          (seen, wire) -> {
            if (seen.body().contains("hold")) {
              goOn.await();
            }
            wire.json(200, "{}");
          });
  private EdgeFixture fixture = new EdgeFixture();

  @AfterEach
  void close() {
    goOn.countDown();
    fixture.close();
    front.close();
  }

  private void with(String overrides) {
    fixture.close();
    fixture = new EdgeFixture(overrides, Authenticator.OPEN, Optional.empty());
    fixture.ready("bench-1", front.port());
  }

  private static String body(String mark, int length) {
    return "{\"model\":\"bench\",\"x\":\"" + mark + "y".repeat(length) + "\"}";
  }

  @Test
  void takesNothingForWhatIsAnnouncedButDoesNotCome() throws IOException {
    with("edge-limits.max-bodies-size = 256 KiB");
    List<Wire> open = new ArrayList<>();
    try {
      for (int i = 0; i < 100; i++) {
        Wire client = fixture.wire();
        open.add(client);
        client.send("POST " + CHAT + " HTTP/1.1\r\nHost: x\r\nContent-Length: 4000000\r\n\r\n{");
      }
      Eventually.isTrue("all have begun", SOON, () -> fixture.edge.bodies().taken() == 100);
      for (Wire client : open) {
        client.send(" ");
      }
      Eventually.isTrue("all have gone on", SOON, () -> fixture.edge.bodies().taken() > 100);

      assertThat(fixture.edge.bodies().taken()).isLessThan(100 * 8);
      assertThat(fixture.post(CHAT, body("", 50_000)).statusCode()).isEqualTo(200);
    } finally {
      for (Wire client : open) {
        client.close();
      }
    }
    Eventually.isTrue("all is given back", SOON, () -> fixture.edge.bodies().taken() == 0);
  }

  @Test
  void asksToComeAgainWhenTheBodiesOfAllTakeTooMuch() throws IOException {
    with("edge-limits.max-bodies-size = 700 KiB");
    try (Wire holding = fixture.wire()) {
      holding.post(CHAT, body("hold", 150_000));
      Eventually.isTrue("one is held", SOON, () -> !front.seen().isEmpty());

      HttpResponse<String> refused = fixture.post(CHAT, body("", 690_000));

      assertThat(refused.statusCode()).isEqualTo(503);
      assertThat(refused.headers().firstValue("retry-after")).hasValue("1");
      assertThat(refused.headers().firstValue("x-request-id")).isPresent();
      assertThat(refused.body()).contains("\"code\":\"overloaded\"").contains("again");
      assertThat(fixture.post(CHAT, body("", 100)).statusCode()).isEqualTo(200);
      goOn.countDown();
      holding.until("{}");
    }
    assertThat(fixture.post(CHAT, body("", 200_000)).statusCode()).isEqualTo(200);
    Eventually.isTrue("all is given back", SOON, () -> fixture.edge.bodies().taken() == 0);
  }
}
