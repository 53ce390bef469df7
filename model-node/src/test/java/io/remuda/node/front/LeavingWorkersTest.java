package io.remuda.node.front;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.remuda.node.instance.Hosted;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.testing.Eventually;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Workers that send a call and go before they are answered. */
@Timeout(60)
class LeavingWorkersTest {

  private static final Duration SOON = Duration.ofSeconds(20);
  private static final int BODY = 600;

  private final CompletableFuture<WorkerCalls.Answer> answer = new CompletableFuture<>();
  private final AtomicInteger begun = new AtomicInteger();
  private final Front front =
      new Front(
          new Hosted(),
          FrontSettings.from(
              ConfigFactory.parseMap(Map.of("remuda.node.front.worker-bodies", "1 KiB"))
                  .withFallback(ConfigFactory.load())),
          new KamonFrontMetrics());

  @AfterEach
  void close() {
    answer.complete(new WorkerCalls.Answer(201, "{}"));
    front.close().toCompletableFuture().join();
  }

  @Test
  void aBodyCountsForAsLongAsItsCallHasIt() throws Exception {
    FrontServer server =
        FrontServer.start(front, new Slow(), "key", "127.0.0.1", 0).toCompletableFuture().join();

    // when a worker goes whose call is not answered yet
    Socket gone = call(server);
    Eventually.isTrue("the call is begun", SOON, () -> begun.get() == 1);
    gone.close();

    // then no room is made for another one's body
    try (Socket next = call(server)) {
      assertThat(statusLine(next)).contains("503");
      assertThat(server.bodies().held()).isEqualTo(BODY);
    }

    // and it is made when the call has ended
    answer.complete(new WorkerCalls.Answer(201, "{}"));
    Eventually.isTrue("nothing is held", SOON, () -> server.bodies().held() == 0);
    try (Socket next = call(server)) {
      assertThat(statusLine(next)).contains("201");
    }
    Eventually.isTrue("nothing is held", SOON, () -> server.bodies().held() == 0);
  }

  private static Socket call(FrontServer server) throws IOException {
    Socket socket = new Socket(server.host(), server.port());
    socket.setSoTimeout((int) SOON.toMillis());
    String head =
        "POST /v1/instances HTTP/1.1\r\nhost: here\r\ncontent-length: " + BODY + "\r\n\r\n";
    socket.getOutputStream().write((head + "x".repeat(BODY)).getBytes(StandardCharsets.US_ASCII));
    socket.getOutputStream().flush();
    return socket;
  }

  private static String statusLine(Socket socket) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = socket.getInputStream().read();
        next >= 0 && next != '\n';
        next = socket.getInputStream().read()) {
      line.append((char) next);
    }
    return line.toString();
  }

  /** Answers when the test says so. */
  private final class Slow implements FrontServer.Pages, WorkerCalls {
    @Override
    public Optional<Answer> objection(Head head) {
      return Optional.empty();
    }

    @Override
    public CompletionStage<Answer> answer(Call call) {
      begun.incrementAndGet();
      return answer;
    }

    @Override
    public WorkerCalls workers() {
      return this;
    }

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
  }
}
