package io.remuda.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.testing.ScriptedEngine;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Engines that send the head of their stream before they work, and fail before its first event. */
class EdgeFirstByteTest {

  private static final String CHAT = "/v1/chat/completions";
  private static final String STREAM = "{\"model\":\"bench\",\"messages\":[],\"stream\":true}";
  private static final String WHOLE = "data: {\"n\":1}\n\ndata: [DONE]\n\n";
  private static final Duration SOON = Duration.ofSeconds(20);

  private EdgeFixture fixture = new EdgeFixture();
  private final List<ScriptedEngine> fronts = new CopyOnWriteArrayList<>();
  private final List<String> asked = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() {
    fixture.close();
    fronts.forEach(ScriptedEngine::close);
  }

  /** Two instances of which the one that is asked first answers by {@code first}. */
  private void twoInstances(ScriptedEngine.Script first) {
    for (int n = 1; n <= 2; n++) {
      String instance = "bench-" + n;
      ScriptedEngine front =
          ScriptedEngine.start(
              (seen, wire) -> {
                asked.add(instance);
                if (asked.size() == 1) {
                  first.answer(seen, wire);
                } else {
                  whole(wire);
                }
              });
      fronts.add(front);
      fixture.ready(instance, front.port());
    }
  }

  private static void whole(ScriptedEngine.Wire wire) throws IOException {
    wire.events();
    wire.event("{\"n\":1}");
    wire.done();
  }

  private void assertOneCleanStreamOfTheSecond(HttpResponse<String> answer) {
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo(WHOLE);
    assertThat(asked).hasSize(2).doesNotHaveDuplicates();
    assertThat(answer.headers().firstValue("x-remuda-instance")).hasValue(asked.get(1));
    fixture.ended("bench ok");
  }

  @Test
  void triesAnotherInstanceWhenAStreamDiesBetweenItsHeadAndItsFirstEvent() {
    twoInstances(
        (seen, wire) -> {
          wire.events();
          wire.cut();
        });

    assertOneCleanStreamOfTheSecond(fixture.post(CHAT, STREAM));
  }

  @Test
  void triesAnotherInstanceWhenAStreamEndsWithoutAnEvent() {
    twoInstances(
        (seen, wire) -> {
          wire.events();
          wire.end();
        });

    assertOneCleanStreamOfTheSecond(fixture.post(CHAT, STREAM));
  }

  @Test
  void triesAnotherInstanceForAClientThatWasKeptWaitingByComments() throws Exception {
    fixture.close();
    fixture =
        new EdgeFixture(
            "edge-limits.keep-alive-comment = 1s", Authenticator.OPEN, Optional.empty());
    CountDownLatch commented = new CountDownLatch(1);
    twoInstances(
        (seen, wire) -> {
          wire.events();
          commented.await();
          wire.cut();
        });

    try (Wire client = fixture.wire()) {
      client.post(CHAT, STREAM).until(": keep-alive\n\n");
      commented.countDown();
      String all = client.until("data: [DONE]\n\n");

      assertThat(all).contains("data: {\"n\":1}\n\n").doesNotContain("error");
      assertThat(all.split("HTTP/1.1 200", -1)).hasSize(2);
      assertThat(asked).hasSize(2).doesNotHaveDuplicates();
    }
  }

  @Test
  void answers502WhenNoStreamEverBegins() {
    for (int n = 1; n <= 2; n++) {
      ScriptedEngine front =
          ScriptedEngine.start(
              (seen, wire) -> {
                wire.events();
                wire.cut();
              });
      fronts.add(front);
      fixture.ready("bench-" + n, front.port());
    }

    HttpResponse<String> answer = fixture.post(CHAT, STREAM);

    assertThat(answer.statusCode()).isEqualTo(502);
    assertThat(answer.body()).contains("\"code\":\"engine_gone\"");
  }

  @Test
  void passesOnAnAnswerWithoutABody() throws Exception {
    twoInstances(
        (seen, wire) -> {
          wire.raw("HTTP/1.1 204 No Content\r\nContent-Type: text/event-stream\r\n\r\n");
        });

    try (Wire client = fixture.wire()) {
      assertThat(client.post(CHAT, STREAM).until("\r\n\r\n")).startsWith("HTTP/1.1 204");
    }
    assertThat(asked).hasSize(1);
  }

  @Test
  void keepsAnEnginesErrorThatCallsItselfAStream() {
    twoInstances(
        (seen, wire) -> {
          wire.raw(
              "HTTP/1.1 400 Bad\r\nContent-Type: text/event-stream\r\nContent-Length: 35\r\n\r\n"
                  + "{\"error\":{\"message\":\"no\",\"code\":1}}");
        });

    HttpResponse<String> answer = fixture.post(CHAT, STREAM);

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("\"message\":\"no\"");
    assertThat(answer.headers().firstValue("content-type")).hasValue("application/json");
    assertThat(asked).hasSize(1);
  }

  @Test
  void keepsAStreamThatBrokeAfterItsFirstEventOnOneInstance() throws Exception {
    twoInstances(
        (seen, wire) -> {
          wire.events();
          wire.event("{\"n\":0}");
          wire.cut();
        });

    try (Wire client = fixture.wire()) {
      assertThat(client.post(CHAT, STREAM).until("0\r\n\r\n"))
          .contains("data: {\"n\":0}\n\n")
          .contains("\"code\":\"engine_gone\"");
    }
    assertThat(asked).hasSize(1);
  }
}
