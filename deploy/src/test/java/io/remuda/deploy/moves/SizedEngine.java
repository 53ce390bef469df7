package io.remuda.deploy.moves;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A program that is taken for an engine and uses as much memory as it is told: it takes pieces
 * until the system says that it has so much resident. Run as a process of its own.
 */
final class SizedEngine {

  private static final int PIECE = 1 << 20;
  private static final int PAGE = 4096;

  /** Kept, so that it stays resident. */
  private static final List<ByteBuffer> TAKEN = new ArrayList<>();

  private SizedEngine() {}

  /**
   * Serves until it is ended.
   *
   * @param arguments --port, --name and --uses, each followed by its value; uses in MiB
   */
  public static void main(String[] arguments) throws IOException {
    int port = Integer.parseInt(value(arguments, "--port"));
    String name = value(arguments, "--name");
    long uses = Long.parseLong(value(arguments, "--uses"));
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port), 0);
    server.createContext("/health", call -> answer(call, "{}"));
    server.createContext(
        "/v1/models",
        call -> answer(call, "{\"object\":\"list\",\"data\":[{\"id\":\"" + name + "\"}]}"));
    server.createContext(
        "/v1/completions",
        call ->
            answer(
                call,
                "{\"choices\":[{\"index\":0,\"text\":\"a\"}],\"usage\":{\"completion_tokens\":1}}"));
    while (resident() < uses) {
      ByteBuffer piece = ByteBuffer.allocateDirect(PIECE);
      for (int at = 0; at < PIECE; at += PAGE) {
        piece.put(at, (byte) 1);
      }
      TAKEN.add(piece);
    }
    server.start();
  }

  private static String value(String[] arguments, String option) {
    return arguments[List.of(arguments).indexOf(option) + 1];
  }

  private static long resident() throws IOException {
    return resident(Path.of("/proc/self/status"));
  }

  /** What a process has resident in MiB, by its file of {@code /proc}. */
  static long resident(Path status) throws IOException {
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024)
        .findFirst()
        .orElse(0);
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
