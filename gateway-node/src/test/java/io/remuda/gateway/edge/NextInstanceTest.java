package io.remuda.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.remuda.gateway.routing.Routes;
import io.remuda.gateway.routing.Target;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.Route;
import io.remuda.protocol.RouteTable;
import io.remuda.protocol.bytes.InferenceCall;
import io.remuda.protocol.bytes.InferenceSink;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.Phase;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** To which instance a request goes next, and what its client is told when there is none. */
class NextInstanceTest {

  private static final MachineId FIRST = new MachineId("a");
  private static final MachineId SECOND = new MachineId("b");
  private static final String QUESTION =
      "{\"model\":\"chat\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";

  private final Routes routes = new Routes();
  private final ScheduledExecutorService timers = Executors.newSingleThreadScheduledExecutor();
  private final List<Asked> asked = new ArrayList<>();
  private final Client client = new Client();
  private final InferenceHandler handler =
      new InferenceHandler(
          routes,
          route -> (request, sink) -> ask(route, sink),
          InferenceSettings.from(limit("0s")),
          RequestMetrics.NONE,
          timers,
          Translations.NONE);

  private static Config limit(String limit) {
    return ConfigFactory.parseString("remuda.gateway.inference.out-of-sight-limit = " + limit)
        .withFallback(ConfigFactory.load());
  }

  @AfterEach
  void close() {
    timers.shutdownNow();
  }

  @Test
  void aRequestThatNothingHasComeOfGoesToAnInstanceInSight() {
    ready("chat-1", FIRST);
    AnswerInProgress answer = start();
    ready("chat-2", SECOND);
    routes.mask(Set.of(FIRST));

    answer.look();
    asked.get(1).answers("{}");

    assertThat(asked).extracting(Asked::instance).containsExactly("chat-1", "chat-2");
    assertThat(asked.get(0).cancelled).isTrue();
    assertThat(client.said).containsExactly("200", "{}");
  }

  @Test
  void aHeadWithoutBytesIsNothingYet() {
    ready("chat-1", FIRST);
    AnswerInProgress answer = start();
    asked.get(0).sink.onHead(200, List.of(Map.entry("content-type", "text/event-stream")));
    ready("chat-2", SECOND);
    routes.mask(Set.of(FIRST));

    answer.look();

    assertThat(asked).extracting(Asked::instance).containsExactly("chat-1", "chat-2");
  }

  @Test
  void anAnswerThatHasBegunStaysWhereItIs() {
    ready("chat-1", FIRST);
    AnswerInProgress answer = start();
    asked.get(0).sink.onHead(200, List.of(Map.entry("content-type", "text/event-stream")));
    asked.get(0).sink.onBytes(Unpooled.copiedBuffer("data: 1\n\n", StandardCharsets.UTF_8));
    ready("chat-2", SECOND);
    routes.mask(Set.of(FIRST));

    answer.look();

    assertThat(asked).extracting(Asked::instance).containsExactly("chat-1");
    assertThat(asked.get(0).cancelled).isFalse();
  }

  @Test
  void aTranslatedAnswerWhoseClientIsShownNothingDoesNotStandStill() {
    ready("chat-1", FIRST);
    AnswerInProgress answer = start(impatient(), Endpoint.OLLAMA_CHAT, QUESTION);
    asked.get(0).sink.onHead(200, List.of(Map.entry("content-type", "text/event-stream")));
    asked.get(0).says("data: {\"choices\":[{\"delta\":{\"content\":\"seen\"}}]}\n\n");
    answer.look();
    routes.mask(Set.of(FIRST));
    int told = client.said.size();

    // given a piece of an event, and an event of which the client is told nothing
    asked.get(0).says("data: {\"choices\":[{");
    answer.look();
    asked.get(0).says("\"delta\":{}}]}\n\n");
    answer.look();
    assertThat(client.said).hasSize(told);
    assertThat(asked.get(0).cancelled).isFalse();

    // when nothing more comes
    answer.look();
    answer.look();

    assertThat(asked.get(0).cancelled).isTrue();
  }

  @Test
  void anAnswerThatHasBegunAndStandsStillEndsWithAnError() {
    ready("chat-1", FIRST);
    AnswerInProgress answer = start(impatient(), Endpoint.CHAT, "{\"model\":\"chat\"}");
    asked.get(0).sink.onHead(200, List.of(Map.entry("content-type", "text/event-stream")));
    asked.get(0).sink.onBytes(Unpooled.copiedBuffer("data: 1\n\n", StandardCharsets.UTF_8));
    answer.look();
    routes.mask(Set.of(FIRST));

    // given that it still sends something
    asked.get(0).sink.onBytes(Unpooled.copiedBuffer("data: 2\n\n", StandardCharsets.UTF_8));
    answer.look();
    assertThat(asked.get(0).cancelled).isFalse();

    // when nothing more comes
    answer.look();
    answer.look();

    assertThat(asked.get(0).cancelled).isTrue();
    assertThat(String.join("", client.said)).contains("data: 2").contains("engine_gone");
  }

  @Test
  void aRequestStaysWhileNoOtherInstanceIsInSight() {
    ready("chat-1", FIRST);
    AnswerInProgress answer = start();
    ready("chat-2", SECOND);
    routes.mask(Set.of(FIRST, SECOND));

    answer.look();
    asked.get(0).answers("{}");

    assertThat(asked).extracting(Asked::instance).containsExactly("chat-1");
    assertThat(client.said).containsExactly("200", "{}");
  }

  @Test
  void aMachineThatComesBackInTimeKeepsItsRequests() {
    Tries tries = new Tries(InferenceSettings.from(limit("3s")));
    tries.count();
    ready("chat-1", FIRST);
    Target first = tries.untried(routes.snapshot().find("chat").orElseThrow()).orElseThrow();
    ready("chat-2", SECOND);
    long second = Duration.ofSeconds(1).toNanos();

    // given that it was out of sight, was seen again, and is out of sight since the tenth second
    routes.mask(Set.of(FIRST));
    assertThat(tries.insteadOf(first, routes.snapshot(), "chat", second)).isEmpty();
    routes.mask(Set.of());
    assertThat(tries.insteadOf(first, routes.snapshot(), "chat", 2 * second)).isEmpty();
    routes.mask(Set.of(FIRST));
    assertThat(tries.insteadOf(first, routes.snapshot(), "chat", 10 * second)).isEmpty();

    // then its limit counts from there
    assertThat(tries.insteadOf(first, routes.snapshot(), "chat", 12 * second)).isEmpty();
    assertThat(tries.insteadOf(first, routes.snapshot(), "chat", 13 * second))
        .hasValueSatisfying(next -> assertThat(next.instance()).hasToString("chat-2"));
  }

  @Test
  void aMachineOutOfSightMayBeAtWorkAllTheSame() {
    atBoth();

    asked.get(1).sink.onFailure(Refused.of(ErrorCode.BUSY, "full"), true);
    assertThat(client.said).isEmpty();
    assertThat(asked.get(0).cancelled).isFalse();
    asked.get(0).answers("{}");

    assertThat(client.said).containsExactly("200", "{}");
  }

  @Test
  void anErrorOfTheSecondDoesNotEndTheFirst() {
    atBoth();

    asked.get(1).sink.onHead(500, List.of(Map.entry("content-type", "application/json")));
    asked.get(1).sink.onEnd();
    assertThat(client.said).isEmpty();
    asked.get(0).answers("{}");

    assertThat(client.said).containsExactly("200", "{}");
  }

  @Test
  void whoAnswersFirstIsSeenAndTheOtherOneEnds() {
    atBoth();

    asked.get(0).answers("{\"from\":1}");
    asked.get(1).answers("{\"from\":2}");

    assertThat(client.said).containsExactly("200", "{\"from\":1}");
    assertThat(asked.get(1).cancelled).isTrue();
  }

  @Test
  void aClientThatGoesEndsBoth() {
    AnswerInProgress answer = atBoth();

    answer.cancel();

    assertThat(asked).allMatch(one -> one.cancelled);
  }

  @Test
  void theFirstMayFailWhileTheSecondIsAtWork() {
    atBoth();

    asked.get(0).sink.onFailure(Refused.of(ErrorCode.ENGINE_GONE, "gone"), true);
    asked.get(1).answers("{}");

    assertThat(asked).hasSize(2);
    assertThat(client.said).containsExactly("200", "{}");
  }

  @Test
  void tellsThatAnInstanceIsFullRatherThanThatAnotherOneIsGone() {
    ready("chat-1", FIRST);
    ready("chat-2", SECOND);
    start();

    asked.get(0).sink.onFailure(Refused.of(ErrorCode.BUSY, "full"), true);
    asked.get(1).sink.onFailure(Refused.of(ErrorCode.ENGINE_GONE, "gone"), true);
    // It was tried once more: its connection might have been an old one.
    asked.get(2).sink.onFailure(Refused.of(ErrorCode.ENGINE_GONE, "gone"), true);

    assertThat(client.said.get(0)).isEqualTo("429");
    assertThat(client.said.get(1)).contains("full");
  }

  /** A request at an instance out of sight, and at another one too. */
  private AnswerInProgress atBoth() {
    ready("chat-1", FIRST);
    AnswerInProgress answer = start();
    ready("chat-2", SECOND);
    routes.mask(Set.of(FIRST));
    answer.look();
    return answer;
  }

  private AnswerInProgress start() {
    return start(handler, Endpoint.CHAT, "{\"model\":\"chat\"}");
  }

  private InferenceHandler impatient() {
    return new InferenceHandler(
        routes,
        handler.ports(),
        InferenceSettings.from(
            ConfigFactory.parseString("remuda.gateway.inference.cut-off-limit = 0s")
                .withFallback(ConfigFactory.load())),
        RequestMetrics.NONE,
        timers,
        Translations.NONE);
  }

  private AnswerInProgress start(InferenceHandler by, Endpoint endpoint, String body) {
    return by.handle(
        new ClientRequest(
            endpoint,
            Optional.empty(),
            List.of(),
            Unpooled.copiedBuffer(body, StandardCharsets.UTF_8),
            "r-1",
            model -> true,
            Optional.of(Duration.ZERO),
            Runnable::run),
        client);
  }

  private void ready(String instance, MachineId machine) {
    routes.merge(
        new RouteTable(
            List.of(
                new Route(
                    InstanceId.of(instance),
                    machine,
                    1,
                    1,
                    Phase.READY,
                    "127.0.0.1:1",
                    4,
                    Set.of(),
                    true,
                    -1,
                    Optional.empty(),
                    0))));
  }

  private InferenceCall ask(Route route, InferenceSink sink) {
    Asked one = new Asked(route.instance().toString(), sink);
    asked.add(one);
    return one;
  }

  /** A request that an instance has got. */
  private static final class Asked implements InferenceCall {
    private final String instance;
    private final InferenceSink sink;
    private boolean cancelled;

    Asked(String instance, InferenceSink sink) {
      this.instance = instance;
      this.sink = sink;
    }

    String instance() {
      return instance;
    }

    void says(String events) {
      sink.onBytes(Unpooled.copiedBuffer(events, StandardCharsets.UTF_8));
    }

    void answers(String body) {
      sink.onHead(200, List.of(Map.entry("content-type", "application/json")));
      sink.onBytes(Unpooled.copiedBuffer(body, StandardCharsets.UTF_8));
      sink.onEnd();
    }

    @Override
    public void cancel() {
      cancelled = true;
    }

    @Override
    public void pause() {}

    @Override
    public void resume() {}
  }

  /** Notes what it is told. */
  private static final class Client implements AnswerSink {
    private final List<String> said = new ArrayList<>();

    @Override
    public void whole(int status, List<Map.Entry<String, String>> headers, ByteBuf body) {
      head(status, headers);
      bytes(body);
    }

    @Override
    public void head(int status, List<Map.Entry<String, String>> headers) {
      said.add(Integer.toString(status));
    }

    @Override
    public void bytes(ByteBuf bytes) {
      said.add(bytes.toString(StandardCharsets.UTF_8));
      bytes.release();
    }

    @Override
    public void end() {
      said.add("end");
    }

    @Override
    public void cut() {
      said.add("cut");
    }
  }
}
