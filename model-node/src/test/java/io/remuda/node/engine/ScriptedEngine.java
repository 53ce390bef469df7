package io.remuda.node.engine;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Stands in for engines that need a GPU: insists on the flags or variables of the one it plays, as
 * its documentation has them, and becomes ready as that one does. It holds no model.
 */
final class ScriptedEngine {
  private static final int LOADS_FOR_MILLIS = 300;

  private static final Set<String> VLLM =
      Set.of(
          "--served-model-name",
          "--host",
          "--port",
          "--max-model-len",
          "--max-num-seqs",
          "--gpu-memory-utilization",
          "--tensor-parallel-size",
          "--shutdown-timeout",
          "--dtype");
  private static final Set<String> SGLANG =
      Set.of(
          "--model-path",
          "--served-model-name",
          "--host",
          "--port",
          "--context-length",
          "--max-running-requests",
          "--mem-fraction-static",
          "--tp-size");

  private final Map<String, String> flags;
  private volatile boolean loaded;

  private ScriptedEngine(Map<String, String> flags) {
    this.flags = flags;
  }

  public static void main(String[] arguments) throws IOException {
    List<String> rest = List.of(arguments).subList(1, arguments.length);
    switch (arguments[0]) {
      case "vllm" -> {
        insist(rest.size() > 1 && rest.get(0).equals("serve"), "begins with: serve MODEL");
        new ScriptedEngine(flags(rest.subList(2, rest.size()), VLLM, Set.of())).vllm();
      }
      case "sglang" -> {
        insist(
            rest.size() > 1 && rest.subList(0, 2).equals(List.of("-m", "sglang.launch_server")),
            "begins with: -m sglang.launch_server");
        new ScriptedEngine(flags(rest.subList(2, rest.size()), SGLANG, Set.of("--enable-metrics")))
            .sglang();
      }
      case "ollama" -> {
        insist(rest.equals(List.of("serve")), "takes only: serve");
        new ScriptedEngine(Map.of()).ollama();
      }
      default -> insist(false, "no such engine: " + arguments[0]);
    }
  }

  private static Map<String, String> flags(
      List<String> arguments, Set<String> valued, Set<String> switches) {
    Map<String, String> flags = new HashMap<>();
    for (int index = 0; index < arguments.size(); index++) {
      String flag = arguments.get(index);
      if (switches.contains(flag)) {
        flags.put(flag, "");
      } else {
        insist(valued.contains(flag), "unrecognized arguments: " + flag);
        insist(index + 1 < arguments.size(), "expected one argument: " + flag);
        flags.put(flag, arguments.get(++index));
      }
    }
    return flags;
  }

  private static void insist(boolean holds, String otherwise) {
    if (!holds) {
      System.err.println("error: " + otherwise);
      System.exit(2);
    }
  }

  private String needed(String flag) {
    String value = flags.get(flag);
    insist(value != null, "the following arguments are required: " + flag);
    return String.valueOf(value);
  }

  private static void number(String value, double least, double most) {
    double number = Double.parseDouble(value);
    insist(number >= least && number <= most, "out of range: " + value);
  }

  /** Refuses connections while it loads. */
  private void vllm() throws IOException {
    number(needed("--gpu-memory-utilization"), 0.01, 1);
    number(needed("--max-model-len"), 1, 1e9);
    insist(needed("--tensor-parallel-size").equals("2"), "two GPUs were given");
    insist(System.getenv("CUDA_VISIBLE_DEVICES").equals("GPU-a,GPU-b"), "CUDA_VISIBLE_DEVICES");
    later(
        () -> {
          HttpServer server = server(needed("--host"), Integer.parseInt(needed("--port")));
          server.createContext("/health", exchange -> answer(exchange, 200, ""));
          openAi(server, needed("--served-model-name"));
          server.start();
        });
  }

  /** Answers 503 while it loads. */
  private void sglang() throws IOException {
    insist(flags.containsKey("--enable-metrics"), "--enable-metrics is wanted for /metrics");
    insist(flags.containsKey("--model-path"), "the following arguments are required: --model-path");
    number(needed("--mem-fraction-static"), 0.01, 1);
    HttpServer server = server(needed("--host"), Integer.parseInt(needed("--port")));
    server.createContext("/health", exchange -> answer(exchange, loaded ? 200 : 503, ""));
    server.createContext("/health_generate", exchange -> answer(exchange, loaded ? 200 : 503, ""));
    openAi(server, needed("--served-model-name"));
    server.start();
    later(() -> loaded = true);
  }

  /** Answers at once, but has a model only after it was asked to load it. */
  private void ollama() throws IOException {
    String[] host = System.getenv("OLLAMA_HOST").split(":", 2);
    insist(System.getenv("OLLAMA_NUM_PARALLEL").equals("4"), "OLLAMA_NUM_PARALLEL");
    HttpServer server = server(host[0], Integer.parseInt(host[1]));
    server.createContext(
        "/api/version", exchange -> answer(exchange, 200, "{\"version\":\"0.13.0\"}"));
    server.createContext(
        "/api/generate",
        exchange -> {
          String body =
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
          loaded = body.contains("\"keep_alive\":-1") && body.contains("\"model\":\"qwen3\"");
          answer(exchange, 200, "{\"done\":true}");
        });
    server.createContext(
        "/api/ps",
        exchange ->
            answer(
                exchange,
                200,
                loaded ? "{\"models\":[{\"name\":\"qwen3:latest\"}]}" : "{\"models\":[]}"));
    openAi(server, "qwen3");
    server.start();
  }

  private static HttpServer server(String host, int port) throws IOException {
    return HttpServer.create(new InetSocketAddress(host, port), 0);
  }

  private static void openAi(HttpServer server, String name) {
    server.createContext(
        "/v1/models",
        exchange ->
            answer(exchange, 200, "{\"object\":\"list\",\"data\":[{\"id\":\"" + name + "\"}]}"));
    server.createContext(
        "/v1/completions",
        exchange -> {
          String body =
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
          boolean known = body.contains("\"model\":\"" + name + "\"");
          answer(
              exchange,
              known ? 200 : 404,
              known
                  ? "{\"choices\":[{\"text\":\"a\"}],\"usage\":{\"completion_tokens\":1}}"
                  : "{}");
        });
  }

  private static void answer(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private interface Step {
    void run() throws IOException;
  }

  private static void later(Step step) {
    ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    timer.schedule(
        () -> {
          step.run();
          return null;
        },
        LOADS_FOR_MILLIS,
        TimeUnit.MILLISECONDS);
  }
}
