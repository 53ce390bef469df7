package io.remuda.node;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;

/**
 * A program that serves just enough of OpenAI's API to be taken for an engine; run as a process of
 * its own. As its first argument it may be told to fail: "exit" ends it at once with last words.
 */
public final class ScriptedEngine {

  /** In a question: it is answered piece by piece. */
  static final String SLOWLY = "slowly";

  /** In a question: it is answered after a long silence. */
  static final String SILENTLY = "silently";

  static final int PIECES = 30;
  private static final Duration PIECE = Duration.ofMillis(100);

  private ScriptedEngine() {}

  /** The command line of this program, for the list of allowed commands. */
  public static List<String> command(String... arguments) {
    List<String> line =
        new java.util.ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Xshare:auto",
                "-Xmx32m",
                "-cp",
                Path.of("target", "test-classes").toAbsolutePath().toString(),
                ScriptedEngine.class.getName()));
    line.addAll(List.of(arguments));
    return line;
  }

  public static void main(String[] arguments) throws IOException {
    String mode = arguments.length == 0 ? "serve" : arguments[0];
    if (mode.equals("exit")) {
      System.err.println("cannot load the model: no such tensor");
      System.exit(3);
    }
    if (mode.equals("no-memory")) {
      System.err.println("RuntimeError: out of memory");
      System.exit(1);
    }
    int port = Integer.parseInt(System.getenv("PORT"));
    String name = System.getenv("MODEL_NAME");
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port), 0);
    server.setExecutor(Executors.newCachedThreadPool());
    server.createContext(
        "/v1/models",
        call -> answer(call, "{\"object\":\"list\",\"data\":[{\"id\":\"" + name + "\"}]}"));
    server.createContext(
        "/v1/chat/completions",
        call ->
            chat(
                call,
                "{\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"hi\"}}],"
                    + "\"usage\":{\"completion_tokens\":1}}"));
    server.start();
  }

  /** One that is asked for it takes its time, and says something meanwhile or not. */
  private static void chat(HttpExchange call, String json) throws IOException {
    String asked = new String(call.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    if (asked.contains(SLOWLY)) {
      stream(call);
      return;
    }
    if (asked.contains(SILENTLY)) {
      pass(PIECE.multipliedBy(PIECES));
    }
    answer(call, json);
  }

  private static void stream(HttpExchange call) throws IOException {
    call.getResponseHeaders().add("content-type", "text/event-stream");
    call.sendResponseHeaders(200, 0);
    for (int i = 0; i < PIECES; i++) {
      String event =
          "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" + i + " \"}}]}\n\n";
      call.getResponseBody().write(event.getBytes(StandardCharsets.UTF_8));
      call.getResponseBody().flush();
      pass(PIECE);
    }
    call.getResponseBody().write("data: [DONE]\n\n".getBytes(StandardCharsets.UTF_8));
    call.close();
  }

  private static void pass(Duration length) {
    long end = System.nanoTime() + length.toNanos();
    for (long left = length.toNanos(); left > 0; left = end - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }

  private static void answer(HttpExchange call, String json) throws IOException {
    byte[] body = json.getBytes(StandardCharsets.UTF_8);
    call.getRequestBody().readAllBytes();
    call.getResponseHeaders().add("content-type", "application/json");
    call.sendResponseHeaders(200, body.length);
    call.getResponseBody().write(body);
    call.close();
  }
}
