package io.remuda.deploy.bytepath;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.LooseEngine;
import io.remuda.protocol.testing.ScriptedEngine;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * That an engine is freed when its client goes: in every dialect, at every moment, in one JVM and
 * over HTTP. Prints how long it took at worst.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class CancelTest {

  /** Within which half of them are free, also on a machine at work. */
  private static final Duration WANTED = Duration.ofMillis(200);

  /** Within which each of them is: on a machine at work any one may be late. */
  private static final Duration LIMIT = Duration.ofSeconds(2);

  private static final Duration SOON = Duration.ofSeconds(30);
  private static final String FIRST_WORD = "Hel";

  /** How gateway and machine are joined. */
  enum Shape {
    IN_PROCESS,
    OVER_HTTP
  }

  /** When the client goes. */
  enum Moment {
    BEFORE_THE_FIRST_TOKEN,
    IN_THE_STREAM,
    BEFORE_AN_ANSWER_IN_ONE_PIECE
  }

  /**
   * What is asked for.
   *
   * @param path of the client
   * @param body without its end
   * @param streams whether there is a stream of it
   */
  record Dialect(String name, String model, String path, String body, boolean streams) {
    @Override
    public String toString() {
      return name;
    }
  }

  /** One of all. */
  record Case(Shape shape, Dialect dialect, Moment moment) {
    @Override
    public String toString() {
      return shape + " " + dialect + " " + moment;
    }
  }

  private static final String TALK = "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]";

  /**
   * The engine of {@code plain} has OpenAI's three addresses alone, so that others are translated.
   */
  private static final List<Dialect> DIALECTS =
      List.of(
          new Dialect("chat", "plain", "/v1/chat/completions", TALK, true),
          new Dialect("a chat that is mended", "loose", "/v1/chat/completions", TALK, true),
          new Dialect("completions", "plain", "/v1/completions", "\"prompt\":\"hi\"", true),
          new Dialect("embeddings", "plain", "/v1/embeddings", "\"input\":\"hi\"", false),
          new Dialect("responses", "whole", "/v1/responses", "\"input\":\"hi\"", true),
          new Dialect("translated responses", "plain", "/v1/responses", "\"input\":\"hi\"", true),
          new Dialect("messages", "whole", "/v1/messages", "\"max_tokens\":9," + TALK, true),
          new Dialect(
              "translated messages", "plain", "/v1/messages", "\"max_tokens\":9," + TALK, true),
          new Dialect("Ollama's chat", "plain", "/api/chat", TALK, true),
          new Dialect("Ollama's generate", "plain", "/api/generate", "\"prompt\":\"hi\"", true),
          new Dialect("Ollama's embed", "plain", "/api/embed", "\"input\":\"hi\"", false),
          new Dialect(
              "Ollama's embeddings", "plain", "/api/embeddings", "\"prompt\":\"hi\"", false),
          new Dialect("a count of tokens", "whole", "/v1/messages/count_tokens", TALK, false),
          new Dialect(
              "a ranking", "whole", "/v1/rerank", "\"query\":\"a\",\"documents\":[\"b\"]", false),
          new Dialect("tokens", "whole", "/tokenize", "\"prompt\":\"hi\"", false),
          new Dialect("tokens' text", "whole", "/detokenize", "\"tokens\":[1]", false));

  private static final Set<String> PLAIN =
      Set.of("/v1/chat/completions", "/v1/completions", "/v1/embeddings");
  private static final Set<String> WHOLE =
      Set.of(
          "/v1/responses",
          "/v1/messages",
          "/v1/messages/count_tokens",
          "/v1/rerank",
          "/tokenize",
          "/detokenize");

  private final BlockingQueue<String> arrived = new LinkedBlockingQueue<>();
  private final BlockingQueue<Long> departed = new LinkedBlockingQueue<>();
  private final ScriptedEngine engine = ScriptedEngine.start(this::work);
  private final Map<Shape, BytePath> paths =
      Map.of(Shape.IN_PROCESS, BytePath.inProcess(), Shape.OVER_HTTP, BytePath.overHttp());
  private final Map<Long, String> took = new TreeMap<>();

  CancelTest() {
    for (BytePath path : paths.values()) {
      path.offer("plain", engine.base(), 16, PLAIN);
      path.offer("whole", engine.base(), 16, WHOLE);
      path.offerLoose("loose", engine.base(), 16, PLAIN);
      path.offer("narrow-plain", engine.base(), 1, PLAIN);
      path.offer("narrow-whole", engine.base(), 1, WHOLE);
      path.offerLoose("narrow-loose", engine.base(), 1, PLAIN);
    }
  }

  @AfterAll
  void close() {
    paths.values().forEach(BytePath::close);
    engine.close();
    List<Long> all = new ArrayList<>(took.keySet());
    if (!all.isEmpty()) {
      long worst = all.get(all.size() - 1);
      System.out.printf(
          "cancel: %d ways, at worst %.1f ms (%s), half of them within %.1f ms%n",
          all.size(), worst / 1e6, took.get(worst), all.get(all.size() / 2) / 1e6);
    }
  }

  /** Begins a stream if it is asked for one, and works on until its caller has gone. */
  private void work(ScriptedEngine.Seen request, ScriptedEngine.Wire wire) throws IOException {
    if (request.body().contains("\"begun\"")) {
      wire.events();
      wire.event(
          request.path().endsWith("/completions") && !request.path().contains("chat")
              ? LooseEngine.texts().get(0)
              : LooseEngine.chunks(false).get(1));
    }
    arrived.add(request.path());
    try {
      wire.awaitDeparture(SOON);
    } finally {
      departed.add(System.nanoTime());
    }
  }

  static Stream<Case> cases() {
    return Stream.of(Shape.values())
        .flatMap(
            shape ->
                DIALECTS.stream()
                    .flatMap(
                        dialect ->
                            Stream.of(Moment.values())
                                .filter(
                                    moment ->
                                        dialect.streams()
                                            || moment == Moment.BEFORE_AN_ANSWER_IN_ONE_PIECE)
                                .map(moment -> new Case(shape, dialect, moment))));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void freesTheEngine(Case one) throws Exception {
    boolean streams = one.moment() != Moment.BEFORE_AN_ANSWER_IN_ONE_PIECE;
    boolean begun = one.moment() == Moment.IN_THE_STREAM;
    // What a user calls himself reaches the engine in no translation; what it stops at does.
    String mark = begun ? stop(one.dialect()) : "";
    String body =
        "{\"model\":\"%s\",\"stream\":%s,%s%s}"
            .formatted(one.dialect().model(), streams, mark, one.dialect().body());
    long left;
    try (Socket client = new Socket("127.0.0.1", path(one.shape()).port())) {
      post(client, one.dialect().path(), body, "");
      assertThat(arrived.poll(SOON.toSeconds(), TimeUnit.SECONDS)).as("arrived").isNotNull();
      if (begun) {
        readUntil(client, FIRST_WORD);
      }
      left = System.nanoTime();
    }
    Long freed = departed.poll(SOON.toSeconds(), TimeUnit.SECONDS);

    assertThat(freed).as("the engine was told").isNotNull();
    took(freed - left, one.toString());
  }

  private BytePath path(Shape shape) {
    return Objects.requireNonNull(paths.get(shape));
  }

  /** Where a dialect says at what texts to stop; OpenAI's responses do not. */
  private static String stop(Dialect dialect) {
    return switch (dialect.path()) {
      case "/v1/messages" -> "\"stop_sequences\":[\"begun\"],";
      case "/api/chat", "/api/generate" -> "\"options\":{\"stop\":[\"begun\"]},";
      case "/v1/responses" -> "\"instructions\":\"begun\",";
      default -> "\"stop\":[\"begun\"],";
    };
  }

  static Stream<Arguments> lines() {
    return Stream.of(Shape.values())
        .flatMap(shape -> DIALECTS.stream().map(dialect -> Arguments.of(shape, dialect)));
  }

  @ParameterizedTest
  @MethodSource("lines")
  void oneThatWaitsInLineNeverReachesTheEngine(Shape shape, Dialect dialect) throws Exception {
    BytePath path = path(shape);
    String model = "narrow-" + dialect.model();
    String body = "{\"model\":\"%s\",%s}".formatted(model, dialect.body());
    int before = path.ended(model).size();
    long left;
    try (Socket working = new Socket("127.0.0.1", path.port())) {
      post(working, dialect.path(), body, "");
      assertThat(arrived.poll(SOON.toSeconds(), TimeUnit.SECONDS)).as("arrived").isNotNull();
      try (Socket waiting = new Socket("127.0.0.1", path.port())) {
        post(waiting, dialect.path(), body, "x-remuda-wait: 30\r\n");
        Eventually.isTrue("it waits", SOON, () -> path.waiting(model) == 1);
        left = System.nanoTime();
      }
      Eventually.isTrue("it is forgotten", SOON, () -> path.ended(model).size() == before + 1);
      BytePath.Ended forgotten = path.ended(model).get(before);
      assertThat(forgotten.code()).isEqualTo("cancelled");
      took(forgotten.at() - left, shape + " " + dialect + " WAITING_IN_LINE");
      assertThat(path.waiting(model)).isZero();
    }
    assertThat(departed.poll(SOON.toSeconds(), TimeUnit.SECONDS))
        .as("the slot is free")
        .isNotNull();
    assertThat(arrived).as("nothing else reached the engine").isEmpty();
    Eventually.isTrue("both have ended", SOON, () -> path.ended(model).size() == before + 2);
  }

  @ParameterizedTest
  @EnumSource
  void oneThatHasSentItsNextRequestAlreadyFreesTheEngine(Shape shape) throws Exception {
    String body = "{\"model\":\"plain\"," + TALK + "}";
    long left;
    try (Socket client = new Socket("127.0.0.1", path(shape).port())) {
      post(client, "/v1/chat/completions", body, "");
      assertThat(arrived.poll(SOON.toSeconds(), TimeUnit.SECONDS)).as("arrived").isNotNull();
      post(client, "/v1/chat/completions", body, "");
      left = System.nanoTime();
    }
    Long freed = departed.poll(SOON.toSeconds(), TimeUnit.SECONDS);

    assertThat(freed).as("the engine was told").isNotNull();
    took(freed - left, shape + " chat WITH_ANOTHER_BEHIND_IT");
    assertThat(arrived).as("nothing else reached the engine").isEmpty();
  }

  /** Comes last, when all ways have been gone. */
  @Test
  @Order(Integer.MAX_VALUE)
  void mostEnginesAreFreeAtOnce() {
    List<Long> all = new ArrayList<>(took.keySet());

    assertThat(all).hasSizeGreaterThan(Shape.values().length * DIALECTS.size() * 2);
    assertThat(Duration.ofNanos(all.get(all.size() / 2))).as("half of them").isLessThan(WANTED);
  }

  private void took(long nanos, String what) {
    took.put(nanos, what);
    assertThat(Duration.ofNanos(nanos)).as(what).isLessThan(LIMIT);
  }

  private static void post(Socket client, String path, String body, String headers)
      throws IOException {
    int length = body.getBytes(StandardCharsets.UTF_8).length;
    client
        .getOutputStream()
        .write(
            "POST %s HTTP/1.1\r\nHost: x\r\n%sContent-Length: %d\r\n\r\n%s"
                .formatted(path, headers, length, body)
                .getBytes(StandardCharsets.UTF_8));
  }

  private static void readUntil(Socket client, String mark) throws IOException {
    client.setSoTimeout((int) SOON.toMillis());
    InputStream in = client.getInputStream();
    StringBuilder read = new StringBuilder();
    while (read.indexOf(mark) < 0) {
      int b = in.read();
      if (b < 0) {
        throw new AssertionError("closed before '" + mark + "', after: " + read);
      }
      read.append((char) b);
    }
  }
}
