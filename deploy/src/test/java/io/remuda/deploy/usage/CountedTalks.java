package io.remuda.deploy.usage;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.deploy.usage.MeteredFleet.Key;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/**
 * Requests to a model of a real engine, which has its own way of telling what each of them took.
 */
final class CountedTalks {

  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final String CHAT = "/v1/chat/completions";
  private static final String COMPLETIONS = "/v1/completions";
  private static final String MESSAGES = "/v1/messages";
  private static final String TALK =
      "\"messages\":[{\"role\":\"user\",\"content\":\"tell me of the herd\"}]";
  private static final String STREAM = "\"stream\":true,";

  private static final List<Way> WAYS =
      List.of(
          new Way(CHAT, 12, TALK),
          new Way(CHAT, 9, STREAM + TALK),
          new Way(CHAT, 14, STREAM + "\"stream_options\":{\"include_usage\":true}," + TALK),
          new Way(COMPLETIONS, 11, "\"prompt\":\"the horse\""),
          new Way(COMPLETIONS, 8, STREAM + "\"prompt\":\"a stable\""),
          new Way(MESSAGES, 7, TALK),
          new Way(MESSAGES, 10, STREAM + TALK));

  private final MeteredFleet fleet;
  private final String model;

  /** A request, and how long its answer may be. */
  private record Way(String path, int most, String rest) {}

  CountedTalks(MeteredFleet fleet, String model) {
    this.fleet = fleet;
    this.model = model;
  }

  /**
   * Whole and streamed, of each address and at both gateways.
   *
   * @return how many
   */
  int inAllWays(Key key, int seed) {
    for (int i = 0; i < WAYS.size(); i++) {
      Way way = WAYS.get(i);
      HttpResponse<String> answer =
          ask(
              i,
              key,
              way.path(),
              "\"max_tokens\":%d,\"seed\":%d,%s".formatted(way.most(), seed, way.rest()));
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }
    return WAYS.size();
  }

  /** One that the engine refuses. */
  void failed(Key key) {
    HttpResponse<String> answer = ask(0, key, CHAT, "\"messages\":\"no list\"");

    assertThat(answer.statusCode()).as(answer.body()).isGreaterThanOrEqualTo(400);
  }

  /** One whose client reads the first words of a long answer, and goes. */
  void leftInTheMiddle(Key key) throws IOException {
    URI gateway = URI.create(fleet.gateways().get(1));
    String body = body("\"max_tokens\":3500,\"ignore_eos\":true," + STREAM + TALK);
    try (Socket client = new Socket(gateway.getHost(), gateway.getPort())) {
      client.setSoTimeout((int) LIMIT.toMillis());
      client
          .getOutputStream()
          .write(
              ("POST %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n"
                      + "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s")
                  .formatted(CHAT, key.secret(), body.length(), body)
                  .getBytes(StandardCharsets.US_ASCII));
      InputStream in = client.getInputStream();
      StringBuilder read = new StringBuilder();
      while (read.indexOf("\"content\":\"") < 0) {
        int next = in.read();
        assertThat(next).as("what was read: " + read).isNotNegative();
        read.append((char) next);
      }
    }
  }

  private HttpResponse<String> ask(int turn, Key key, String path, String rest) {
    String gateway = fleet.gateways().get(turn % fleet.gateways().size());
    return fleet.ask(gateway, key, path, body(rest)).join();
  }

  private String body(String rest) {
    return "{\"model\":\"" + model + "\"," + rest + "}";
  }
}
