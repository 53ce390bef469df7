package io.remuda.node.front;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import io.remuda.node.instance.Hosted;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.testing.Eventually;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the door holds and reads of callers that it does not know. */
@Timeout(60)
class WorkerExchangeTest {

  private static final Duration SOON = Duration.ofSeconds(20);

  private final Hosted hosted = new Hosted();
  private Optional<Front> front = Optional.empty();

  @AfterEach
  void close() {
    front.ifPresent(open -> open.close().toCompletableFuture().join());
  }

  @Test
  void refusesByTheHeadAndWaitsForNoBody() throws Exception {
    FrontServer server = start(Map.of());
    try (Caller caller = new Caller(server, "x-api-key: wrong\r\ncontent-length: 4000000")) {
      assertThat(caller.statusLine()).contains("401");
      assertThat(server.bodies().held()).isZero();
    }
  }

  @Test
  void closesTheConnectionOfABodyThatDoesNotCome() throws Exception {
    FrontServer server = start(Map.of("remuda.node.front.worker-body-timeout", "300ms"));
    try (Caller caller = new Caller(server, "content-length: 10")) {
      caller.send(1);

      assertThat(caller.statusLine()).as("closed without an answer").isEmpty();
      Eventually.isTrue("nothing is held", SOON, () -> server.bodies().held() == 0);
    }
  }

  @Test
  void holdsNoMoreOfAllBodiesThanItMay() throws Exception {
    FrontServer server = start(Map.of("remuda.node.front.worker-bodies", "1 KiB"));
    try (Caller first = new Caller(server, "content-length: 1000");
        Caller second = new Caller(server, "content-length: 600")) {
      first.send(600);
      Eventually.isTrue("the first is held", SOON, () -> server.bodies().held() == 600);

      second.send(600);

      assertThat(second.statusLine()).contains("503");
      first.send(400);
      assertThat(first.statusLine()).contains("201");
      Eventually.isTrue("nothing is held", SOON, () -> server.bodies().held() == 0);
    }
  }

  @Test
  void readsABodyThatNeverEndsNoFurtherThanItMust() throws Exception {
    FrontServer server = start(Map.of());
    try (Caller caller = new Caller(server, "content-length: 1000000000")) {
      assertThatThrownBy(
              () -> {
                for (int megabyte = 0; megabyte < 900; megabyte++) {
                  caller.send(1_000_000);
                }
              })
          .as("the connection is closed")
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void answersACallThatItsReceiverThrowsAt() throws Exception {
    FrontServer server = start(Map.of());
    try (Caller body = new Caller(server, "content-length: 0\r\nx-api-key: break-body");
        Caller head = new Caller(server, "content-length: 0\r\nx-api-key: break-head")) {
      assertThat(body.statusLine()).contains("500");
      assertThat(head.statusLine()).contains("500");
    }
  }

  private FrontServer start(Map<String, String> settings) {
    Front opened =
        new Front(
            hosted,
            FrontSettings.from(ConfigFactory.parseMap(settings).withFallback(ConfigFactory.load())),
            new KamonFrontMetrics());
    front = Optional.of(opened);
    return FrontServer.start(opened, new Shown(), "key", "127.0.0.1", 0)
        .toCompletableFuture()
        .join();
  }

  /** A client that can stop anywhere. */
  private static final class Caller implements AutoCloseable {
    private final Socket socket;

    Caller(FrontServer server, String headers) throws IOException {
      socket = new Socket(server.host(), server.port());
      socket.setSoTimeout((int) SOON.toMillis());
      String head = "POST /v1/instances HTTP/1.1\r\nhost: here\r\n" + headers + "\r\n\r\n";
      socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      socket.getOutputStream().flush();
    }

    void send(int bytes) throws IOException {
      socket.getOutputStream().write(new byte[bytes]);
      socket.getOutputStream().flush();
    }

    /** Of the answer; empty when the connection was closed without one. */
    String statusLine() throws IOException {
      StringBuilder line = new StringBuilder();
      try {
        for (int next = socket.getInputStream().read();
            next >= 0 && next != '\n';
            next = socket.getInputStream().read()) {
          line.append((char) next);
        }
      } catch (SocketException e) {
        // A reset closes too: what we sent came after the close.
      }
      return line.toString();
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  private static final class Strict implements WorkerCalls {
    @Override
    public Optional<Answer> objection(Head head) {
      assertThat(head.here()).isTrue();
      if (head.apiKey().equals(Optional.of("break-head"))) {
        throw new IllegalStateException("on purpose");
      }
      return head.apiKey().equals(Optional.of("wrong"))
          ? Optional.of(Answer.refused(Refused.of(ErrorCode.UNAUTHENTICATED, "no")))
          : Optional.empty();
    }

    @Override
    public CompletionStage<Answer> answer(Call call) {
      if (call.head().apiKey().equals(Optional.of("break-body"))) {
        throw new IllegalStateException("on purpose");
      }
      return CompletableFuture.completedStage(new Answer(201, "{}"));
    }
  }

  private static final class Shown implements FrontServer.Pages {
    @Override
    public String routes() {
      return "";
    }

    @Override
    public Optional<List<String>> logs(InstanceId instance, int lines) {
      return Optional.empty();
    }

    @Override
    public String metrics() {
      return "";
    }

    @Override
    public WorkerCalls workers() {
      return new Strict();
    }
  }
}
