package io.remuda.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.netty.buffer.Unpooled;
import io.remuda.gateway.routing.Routes;
import io.remuda.protocol.LeaseProtocol.Reply;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.LeaseToken;
import io.remuda.protocol.model.LeaseView;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How long it is looked for the instance of a lease that no route tells of. */
class LeaseSearchTest {

  private static final LeaseId LEASE = new LeaseId("ls-1");
  private static final Config PATIENT =
      ConfigFactory.parseString("remuda.gateway.inference.lease-route-wait = 10m")
          .withFallback(ConfigFactory.load());

  private final ScheduledExecutorService timers = Executors.newSingleThreadScheduledExecutor();
  private final BlockingQueue<Runnable> loop = new LinkedBlockingQueue<>();
  private final HeldStage.Client client = new HeldStage.Client();
  private final InferenceHandler handler =
      new InferenceHandler(
          new Routes(),
          route -> {
            throw new AssertionError("nothing is sent");
          },
          InferenceSettings.from(PATIENT),
          RequestMetrics.NONE,
          timers,
          Translations.NONE,
          lease -> CompletableFuture.completedStage(Reply.of(ready())));

  @AfterEach
  void close() {
    timers.shutdownNow();
  }

  @Test
  void endsWithItsRequest() throws Exception {
    AnswerInProgress answer = handler.handle(request(), client);
    // The registry's word, and two looks at what is known here.
    run();
    run();
    run();

    answer.cancel();
    run();

    assertThat(loop.poll(1, TimeUnit.SECONDS)).as("another look").isNull();
    assertThat(client.said).isEmpty();
  }

  @Test
  void isNotBegunForARequestThatIsOverBeforeTheRegistryAnswers() throws Exception {
    handler.handle(request(), client).cancel();
    run();

    assertThat(loop.poll(1, TimeUnit.SECONDS)).as("a look").isNull();
    assertThat(client.said).isEmpty();
  }

  /** What the request's loop is to do next. */
  private void run() throws InterruptedException {
    Optional<Runnable> next = Optional.ofNullable(loop.poll(30, TimeUnit.SECONDS));
    next.orElseThrow().run();
  }

  private ClientRequest request() {
    return new ClientRequest(
        Endpoint.CHAT,
        Optional.empty(),
        List.of(),
        Unpooled.copiedBuffer("{\"model\":\"chat\"}", StandardCharsets.UTF_8),
        "r-1",
        model -> true,
        Optional.empty(),
        loop::add,
        Optional.of(new LeaseToken(LEASE, 7)));
  }

  private static LeaseView ready() {
    return new LeaseView(
        LEASE,
        "public",
        LeaseView.State.READY,
        List.of(new LeaseView.Part(new ModelName("chat"), Optional.of(InstanceId.of("chat-1")))),
        true,
        Optional.empty(),
        Duration.ofMinutes(1),
        OptionalLong.of(7),
        OptionalInt.empty(),
        Optional.empty(),
        Instant.EPOCH,
        Optional.empty(),
        Optional.empty(),
        0,
        Optional.empty());
  }
}
