package io.remuda.deploy.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Answers what a test wrote down for it, and remembers what it was asked. */
final class ScriptedGateway implements AutoCloseable {

  /** A request as it came. */
  record Asked(String method, String path, Map<String, String> headers, String body) {}

  private record Answer(int status, String type, String body) {}

  private final HttpServer server;
  private final Map<String, Deque<Answer>> script = new ConcurrentHashMap<>();
  private final List<Asked> asked = new CopyOnWriteArrayList<>();
  private final List<Consumer<Asked>> listeners = new CopyOnWriteArrayList<>();

  ScriptedGateway() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new AssertionError("no scripted gateway", e);
    }
    server.createContext("/", this::answer);
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** Answers are given in their order; the last one stays. */
  ScriptedGateway on(String methodAndPath, int status, String json) {
    return on(methodAndPath, status, "application/json", json);
  }

  ScriptedGateway on(String methodAndPath, int status, String type, String body) {
    script
        .computeIfAbsent(methodAndPath, key -> new ArrayDeque<>())
        .add(new Answer(status, type, body));
    return this;
  }

  /** Runs {@code listener} for each request, before it is answered. */
  void onEach(Consumer<Asked> listener) {
    listeners.add(listener);
  }

  List<Asked> asked() {
    return asked;
  }

  Asked last() {
    return asked.get(asked.size() - 1);
  }

  private synchronized void answer(HttpExchange exchange) throws IOException {
    String method = exchange.getRequestMethod();
    String path = exchange.getRequestURI().toString();
    Map<String, String> headers = new ConcurrentHashMap<>();
    exchange.getRequestHeaders().forEach((name, values) -> headers.put(name, values.get(0)));
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    Asked one = new Asked(method, path, headers, body);
    asked.add(one);
    listeners.forEach(listener -> listener.accept(one));
    Deque<Answer> answers =
        Optional.ofNullable(script.get(method + " " + path)).orElseGet(ArrayDeque::new);
    Answer answer = answers.size() > 1 ? answers.removeFirst() : answers.peekFirst();
    if (answer == null) {
      answer =
          new Answer(
              404,
              "application/json",
              "{\"error\":{\"message\":\"nobody wrote an answer for "
                  + path
                  + "\",\"code\":\"not_found\"}}");
    }
    byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", answer.type());
    exchange.getResponseHeaders().set("x-request-id", "req-7");
    exchange.sendResponseHeaders(answer.status(), bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
