package io.remuda.gateway.edge;

import com.fasterxml.jackson.databind.JsonNode;
import com.typesafe.config.ConfigFactory;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.remuda.gateway.routing.Routes;
import io.remuda.protocol.Catalog;
import io.remuda.protocol.Route;
import io.remuda.protocol.RouteTable;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.Continues;
import io.remuda.protocol.model.Defaults;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Relief;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/** One client of a stream, and instances whose engines say what the test wants. */
final class ResumedStage implements AutoCloseable, AnswerSink {

  final Routes routes = new Routes();
  final List<ContinuingEngine> calls = new ArrayList<>();
  final List<String> resumes = new ArrayList<>();
  final StringBuilder said = new StringBuilder();
  boolean ended;
  boolean cut;
  private final ScheduledExecutorService timers = Executors.newSingleThreadScheduledExecutor();
  final InferenceHandler handler;

  ResumedStage() {
    this("");
  }

  /**
   * @param settings lines below {@code remuda.gateway.inference}
   */
  ResumedStage(String settings) {
    handler =
        new InferenceHandler(
            routes,
            route ->
                (request, sink) -> {
                  ContinuingEngine call =
                      new ContinuingEngine(
                          route.instance().toString(), request, sink, calls.size() + 1);
                  calls.add(call);
                  return call;
                },
            InferenceSettings.from(
                ConfigFactory.parseString("remuda.gateway.inference {" + settings + "}")
                    .withFallback(ConfigFactory.load())),
            new Noted(),
            timers,
            Translations.NONE);
  }

  ResumedStage ready(String... instances) {
    for (String instance : instances) {
      ready(instance, Continues.LAST_MESSAGE, 1);
    }
    return this;
  }

  void ready(String instance, Continues continues, long revision) {
    routes.merge(
        new RouteTable(
            List.of(
                new Route(
                    InstanceId.of(instance),
                    new MachineId("m"),
                    1,
                    1,
                    Phase.READY,
                    "127.0.0.1:1",
                    4,
                    Set.of(),
                    true,
                    -1,
                    Optional.empty(),
                    revision,
                    Optional.empty(),
                    Optional.empty(),
                    List.of(),
                    continues))));
  }

  /** What the deployment says by default. */
  ResumedStage defaulted(String key, String number) {
    Defaults defaults = new Defaults(Map.of(key, number), Optional.empty());
    routes.merge(new Catalog(List.of(EdgeFixture.listing("chat", 1, Relief.NONE, defaults))));
    return this;
  }

  AnswerInProgress chat(String fields) {
    return ask(
        Endpoint.CHAT,
        "{\"model\":\"chat\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]"
            + fields
            + "}");
  }

  AnswerInProgress completion(String fields) {
    return ask(
        Endpoint.COMPLETIONS,
        "{\"model\":\"chat\",\"stream\":true,\"prompt\":\"Tell: \"" + fields + "}");
  }

  private AnswerInProgress ask(Endpoint endpoint, String body) {
    return handler.handle(
        new ClientRequest(
            endpoint,
            Optional.empty(),
            List.of(),
            Unpooled.copiedBuffer(body, StandardCharsets.UTF_8),
            "r-1",
            model -> true,
            Optional.of(Duration.ZERO),
            Runnable::run),
        this);
  }

  ContinuingEngine call(int number) {
    return calls.get(number - 1);
  }

  /** What the client's events carry, but for {@code [DONE]}. */
  List<JsonNode> chunks() {
    List<JsonNode> chunks = new ArrayList<>();
    for (String event : said.toString().split("\n\n", -1)) {
      if (event.startsWith("data: {")) {
        chunks.add(ContinuingEngine.read(event.substring("data: ".length())));
      }
    }
    return chunks;
  }

  /** The text that the client puts together. */
  String text() {
    StringBuilder text = new StringBuilder();
    for (JsonNode chunk : chunks()) {
      JsonNode choice = chunk.path("choices").path(0);
      text.append(choice.path("delta").path("content").asText(""));
      text.append(choice.path("text").asText(""));
    }
    return text.toString();
  }

  @Override
  public void whole(int status, List<Map.Entry<String, String>> headers, ByteBuf body) {
    bytes(body);
    ended = true;
  }

  @Override
  public void head(int status, List<Map.Entry<String, String>> headers) {
    said.append(status).append("\n\n");
  }

  @Override
  public void bytes(ByteBuf bytes) {
    said.append(bytes.toString(StandardCharsets.UTF_8));
    bytes.release();
  }

  @Override
  public void end() {
    ended = true;
  }

  @Override
  public void cut() {
    cut = true;
  }

  @Override
  public void close() {
    timers.shutdownNow();
  }

  private final class Noted implements RequestMetrics {
    @Override
    public void ended(
        Endpoint endpoint, String model, String code, Duration firstByte, Duration total) {
      resumes.add(code);
    }

    @Override
    public void resumed(String model) {
      resumes.add("resumed");
    }

    @Override
    public void notResumed(String model, String reason) {
      resumes.add("refused " + reason);
    }
  }
}
