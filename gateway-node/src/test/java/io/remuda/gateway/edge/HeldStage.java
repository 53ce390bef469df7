package io.remuda.gateway.edge;

import com.typesafe.config.ConfigFactory;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.remuda.gateway.routing.Routes;
import io.remuda.protocol.Catalog;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Listing;
import io.remuda.protocol.Refused;
import io.remuda.protocol.Route;
import io.remuda.protocol.RouteTable;
import io.remuda.protocol.bytes.InferenceCall;
import io.remuda.protocol.bytes.InferenceSink;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.Defaults;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.model.Keep;
import io.remuda.protocol.model.Loading;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Relief;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/** Clients, and one instance that takes so many of their requests at once. */
final class HeldStage implements AutoCloseable {

  static final Duration LONG = Duration.ofMinutes(10);
  static final int SLOTS = 2;

  final Routes routes = new Routes();
  private final ScheduledExecutorService timers = Executors.newSingleThreadScheduledExecutor();

  /** Those at the instance, and how many it takes at once, whoever sent them. */
  final Queue<InferenceSink> working = new ArrayDeque<>();

  final NotedMetrics noted = new NotedMetrics();
  final List<Map.Entry<String, Duration>> woken = noted.woken;

  int takes = SLOTS;
  int most;
  int cancelled;
  final List<Client> clients = new CopyOnWriteArrayList<>();
  private long sequence;

  @Override
  public void close() {
    timers.shutdownNow();
  }

  /**
   * @param settings lines below {@code remuda.gateway.inference}
   */
  InferenceHandler handler(String settings) {
    return handler(settings, "");
  }

  /**
   * @param admission lines below {@code remuda.gateway.admission}
   */
  InferenceHandler handler(String settings, String admission) {
    return new InferenceHandler(
        routes,
        route -> (request, sink) -> ask(sink),
        InferenceSettings.from(
            ConfigFactory.parseString(
                    "remuda.gateway { inference {%s}, admission {%s} }"
                        .formatted(settings, admission))
                .withFallback(ConfigFactory.load())),
        noted,
        timers,
        Translations.NONE);
  }

  /** A client with that key, which is no tenant's. */
  AnswerInProgress start(InferenceHandler by, String key) {
    return sent(by, new Sender(key, Optional.empty(), Optional.empty(), Optional.empty()));
  }

  /** A client with that key of that tenant. */
  AnswerInProgress start(InferenceHandler by, String key, String tenant) {
    return sent(by, new Sender(key, Optional.of(tenant), Optional.empty(), Optional.empty()));
  }

  private AnswerInProgress sent(InferenceHandler by, Sender sender) {
    return start(by, "{\"model\":\"chat\"}", Optional.of(LONG), sender);
  }

  void answerAll() {
    while (!working.isEmpty()) {
      answerOne();
    }
  }

  void answerOne() {
    InferenceSink sink = working.remove();
    sink.onHead(200, List.of(Map.entry("content-type", "application/json")));
    sink.onBytes(Unpooled.copiedBuffer("{}", StandardCharsets.UTF_8));
    sink.onEnd();
  }

  AnswerInProgress start(InferenceHandler by, Duration holdFor) {
    return start(by, "{\"model\":\"chat\"}", holdFor);
  }

  /** A client that does not say for how long it waits. */
  AnswerInProgress start(InferenceHandler by) {
    return start(by, "{\"model\":\"chat\"}", Optional.empty());
  }

  AnswerInProgress start(InferenceHandler by, String body, Duration holdFor) {
    return start(by, body, Optional.of(holdFor));
  }

  private AnswerInProgress start(InferenceHandler by, String body, Optional<Duration> holdFor) {
    return start(by, body, holdFor, Sender.ANYBODY);
  }

  private AnswerInProgress start(
      InferenceHandler by, String body, Optional<Duration> holdFor, Sender sender) {
    Client client = new Client();
    clients.add(client);
    return by.handle(
        new ClientRequest(
            Endpoint.CHAT,
            Optional.empty(),
            List.of(),
            Unpooled.copiedBuffer(body, StandardCharsets.UTF_8),
            "r-" + clients.size(),
            model -> true,
            holdFor,
            task -> {
              synchronized (this) {
                task.run();
              }
            },
            Optional.empty(),
            sender),
        client);
  }

  private synchronized InferenceCall ask(InferenceSink sink) {
    if (working.size() >= takes) {
      sink.onFailure(Refused.of(ErrorCode.BUSY, "full"), true);
      return new Asked();
    }
    working.add(sink);
    most = Math.max(most, working.size());
    // In this test requests are asked in the order of their clients.
    clients.stream()
        .filter(client -> !client.isAsked && client.said.isEmpty())
        .findFirst()
        .ifPresent(client -> client.isAsked = true);
    return new Asked();
  }

  /** The registry says of the model how many serve, and whether requests may bring it back. */
  void listed(DeploymentPhase phase, int ready, boolean returns) {
    routes.merge(
        new Catalog(
            List.of(
                new Listing(
                    new ModelName("chat"),
                    ++sequence,
                    0,
                    1,
                    phase,
                    "command",
                    Optional.empty(),
                    phase == DeploymentPhase.STOPPED ? 0 : 1,
                    ready,
                    Optional.empty(),
                    OptionalInt.empty(),
                    Optional.empty(),
                    Instant.EPOCH,
                    false,
                    false,
                    Map.of(),
                    returns,
                    Optional.of(Keep.DEFAULT),
                    Optional.empty(),
                    Set.of(),
                    Relief.NONE,
                    0,
                    Defaults.NONE))));
  }

  void route(Phase phase) {
    route("chat-1", phase);
  }

  void route(String instance, Phase phase) {
    route(instance, phase, -1);
  }

  void route(String instance, Phase phase, int progress) {
    route(instance, phase, progress, Optional.empty());
  }

  void route(String instance, Phase phase, int progress, Optional<Loading> loading) {
    routes.merge(
        new RouteTable(
            List.of(
                new Route(
                    InstanceId.of(instance),
                    new MachineId("m1"),
                    1,
                    ++sequence,
                    phase,
                    "127.0.0.1:1",
                    SLOTS,
                    Set.of(),
                    true,
                    progress,
                    Optional.empty(),
                    0,
                    Optional.empty(),
                    loading))));
  }

  private final class Asked implements InferenceCall {
    @Override
    public void cancel() {
      cancelled++;
    }

    @Override
    public void pause() {}

    @Override
    public void resume() {}
  }

  /** Notes what it is told, on whichever thread: first a status, then what belongs to it. */
  static final class Client implements AnswerSink {
    final List<String> said = new CopyOnWriteArrayList<>();
    final Map<String, String> headers = new ConcurrentHashMap<>();
    volatile boolean isAsked;

    @Override
    public void whole(int status, List<Map.Entry<String, String>> headers, ByteBuf body) {
      head(status, headers);
      bytes(body);
    }

    @Override
    public void head(int status, List<Map.Entry<String, String>> answered) {
      answered.forEach(header -> headers.put(header.getKey(), header.getValue()));
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
