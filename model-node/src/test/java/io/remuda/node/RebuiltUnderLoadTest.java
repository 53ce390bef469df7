package io.remuda.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.Keys;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Resources;
import io.remuda.protocol.testing.Eventually;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A machine's cluster system is downed and built again while clients ask its engine all the time.
 */
@Tag("slow")
class RebuiltUnderLoadTest {

  private static final InstanceId ECHO = new InstanceId(new ModelName("echo"), 7);
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int CLIENTS = 2;
  private static final int ENOUGH = 20;

  @TempDir Path data;
  private final List<String> failures = new CopyOnWriteArrayList<>();
  private final AtomicInteger answered = new AtomicInteger();
  private final List<Thread> clients = new ArrayList<>();
  private RunningNode running;
  private volatile boolean over;

  @BeforeEach
  void start() {
    running = RunningNode.start(data, Map.of());
    running.settle();
  }

  @AfterEach
  void end() throws InterruptedException {
    over = true;
    for (Thread client : clients) {
      client.join(LIMIT.toMillis());
    }
    running.close();
  }

  @Test
  void noRequestFails() throws Exception {
    assertThat(
            running
                .start(RunningNode.spec("echo", "scripted"), 7, new Resources(0, 64, 0.5, 0))
                .refused())
        .isEmpty();
    long engine = running.await(ECHO, Phase.READY).pid().orElseThrow();
    HttpRequest chat = chat();
    for (int i = 0; i < CLIENTS; i++) {
      Thread client = new Thread(() -> ask(chat), "client-" + i);
      clients.add(client);
      client.start();
    }
    more("before");

    for (int time = 1; time <= 2; time++) {
      var before = running.system();
      running.node.cluster().orElseThrow().downNow();
      Eventually.isTrue("it ends", LIMIT, () -> before.whenTerminated().isCompleted());
      more("without a cluster system, or with one that is new");
      running.listenAgain();
      more("after");
    }

    assertThat(running.await(ECHO, Phase.READY).pid()).hasValue(engine);
    over = true;
    assertThat(failures).isEmpty();
  }

  private void more(String when) {
    int before = answered.get();
    Eventually.isTrue(
        "requests are answered " + when, LIMIT, () -> answered.get() >= before + ENOUGH);
  }

  private void ask(HttpRequest chat) {
    HttpClient client = HttpClient.newHttpClient();
    while (!over) {
      try {
        HttpResponse<String> answer = client.send(chat, HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() == 200) {
          answered.incrementAndGet();
        } else {
          failures.add(answer.statusCode() + " " + answer.body());
        }
      } catch (IOException e) {
        failures.add(e.toString());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private HttpRequest chat() throws IOException {
    return HttpRequest.newBuilder(
            URI.create("http://" + running.node.frontAddress() + "/i/echo-7/v1/chat/completions"))
        .timeout(LIMIT)
        .header(Keys.CLUSTER_KEY_HEADER, Files.readString(data.resolve("cluster.key")).strip())
        .header("content-type", "application/json")
        .POST(HttpRequest.BodyPublishers.ofString("{\"model\":\"echo\",\"messages\":[]}"))
        .build();
  }
}
