package io.remuda.gateway.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.gateway.http.ApiFixture.Answer;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Clients that announce large tasks and do not send them. The test's gateway has 1 MiB. */
class SlowUploadsTest {

  private static final String SUBMIT = "/v1/models/echo/tasks";
  private static final int ANNOUNCED = 15_000;
  private static final String BEGIN = "{\"text\": \"aaaa";

  /** Announced together, three copies of each: far more than there is. */
  private static final int CLIENTS = 100;

  private final List<Socket> slow = new ArrayList<>();
  private ApiFixture api;

  @BeforeEach
  void start() throws Exception {
    api = ApiFixture.open();
  }

  @AfterEach
  void stop() throws Exception {
    for (Socket each : slow) {
      each.close();
    }
    api.close();
  }

  @Test
  void keepNobodyElseOut() throws Exception {
    // given many who have sent a part of what they announced, others nothing of it
    for (int i = 0; i < CLIENTS; i++) {
      slow.add(beginUpload(i % 2 == 0 ? BEGIN : ""));
    }

    // when somebody else sends tasks, then each is taken
    for (int i = 0; i < 10; i++) {
      Answer answer = api.send("POST", SUBMIT, "{\"text\": \"quick\"}");
      assertThat(answer.status()).as(answer.message()).isEqualTo(202);
    }

    // and so is a slow one that comes to its end
    Socket last = slow.get(0);
    send(last, "b".repeat(ANNOUNCED - BEGIN.length() - 2) + "\"}");
    assertThat(head(last)).startsWith("HTTP/1.1 202 ");
  }

  /** Has the body asked for before anything of it is sent: then the gateway counts it. */
  private Socket beginUpload(String first) throws IOException {
    URI uri = api.uri(SUBMIT);
    Socket socket = new Socket(uri.getHost(), uri.getPort());
    socket.setSoTimeout(60_000);
    send(
        socket,
        "POST "
            + SUBMIT
            + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
            + ANNOUNCED
            + "\r\nExpect: 100-continue\r\n\r\n");
    assertThat(head(socket)).startsWith("HTTP/1.1 100 ");
    send(socket, first);
    return socket;
  }

  private static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(US_ASCII));
    socket.getOutputStream().flush();
  }

  /** Of the next answer: its first line and its headers. */
  private static String head(Socket socket) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = socket.getInputStream().read();
      assertThat(next).as("the connection ended after: %s", head).isNotNegative();
      head.append((char) next);
    }
    return head.toString();
  }
}
