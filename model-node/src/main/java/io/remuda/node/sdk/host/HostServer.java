package io.remuda.node.sdk.host;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.remuda.protocol.bytes.FrontHeaders;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The host's HTTP: {@code GET /health}, {@code GET /v1/models}, {@code GET /describe} and {@code
 * POST /predict}, which takes and gives protobuf; {@code GET /predict} tells how far the call of a
 * name is, and {@code DELETE /predict} ends it. Refuses calls beyond the slots: waiting is the
 * front's and the gateway's business.
 */
final class HostServer implements AutoCloseable {

  static final String PROTOBUF = "application/x-protobuf";
  static final String SEQUENCE = "application/x-protobuf-seq";
  private static final Set<String> TAKEN = Set.of(PROTOBUF, "application/protobuf");

  /** Threads beside those of calls, so that a full host still says that it is well. */
  private static final int SPARE_THREADS = 4;

  private static final int WAITING_REQUESTS = 10_000;

  private final HttpServer server;
  private final ThreadPoolExecutor threads;
  private final Served served;
  private final Semaphore slots;
  private final OpenCalls calls = new OpenCalls();

  private HostServer(HttpServer server, ThreadPoolExecutor threads, Served served) {
    this.server = server;
    this.threads = threads;
    this.served = served;
    this.slots = new Semaphore(served.limits().slots());
  }

  /** Listens, and answers from now on. */
  static HostServer start(InetSocketAddress address, Served served) throws IOException {
    HttpServer server = HttpServer.create(address, 1_024);
    int most = served.limits().slots() + SPARE_THREADS;
    ThreadPoolExecutor threads =
        new ThreadPoolExecutor(
            most, most, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(WAITING_REQUESTS));
    threads.allowCoreThreadTimeOut(true);
    HostServer host = new HostServer(server, threads, served);
    server.setExecutor(threads);
    server.createContext("/", exchange -> host.handle(exchange));
    server.start();
    return host;
  }

  int port() {
    return server.getAddress().getPort();
  }

  private void handle(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    String method = exchange.getRequestMethod();
    try {
      if (path.equals("/predict")) {
        switch (method) {
          case "POST" -> predict(exchange);
          case "GET" -> {
            String percent = Integer.toString(open(exchange).percent());
            whole(exchange, 200, "text/plain; charset=utf-8", utf8(percent));
          }
          case "DELETE" -> {
            open(exchange).stop();
            whole(exchange, 204, "text/plain; charset=utf-8", utf8(""));
          }
          default -> throw new CallFailed(405, "predict takes POST");
        }
      } else if (!method.equals("GET")) {
        throw new CallFailed(404, "a model host has no such path; it has POST /predict");
      } else if (path.equals("/health")) {
        whole(exchange, 200, "application/json", utf8("{\"status\":\"ok\"}"));
      } else if (path.equals("/v1/models")) {
        whole(exchange, 200, "application/json", utf8(Description.list(served.name())));
      } else if (path.equals("/describe")) {
        whole(exchange, 200, "application/json", utf8(served.description().json()));
      } else {
        throw new CallFailed(404, "a model host has no such path; it has POST /predict");
      }
    } catch (CallFailed e) {
      if (e.isForGood()) {
        exchange.getResponseHeaders().set("x-should-retry", "false");
      }
      whole(exchange, e.status(), "text/plain; charset=utf-8", utf8(e.sentence()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      whole(exchange, 503, "text/plain; charset=utf-8", utf8("the model host ends"));
    }
  }

  private void predict(HttpExchange exchange) throws CallFailed, IOException, InterruptedException {
    Message input = input(exchange);
    double sequence = wish(exchange, SEQUENCE);
    if (served.streams().isPresent() && sequence == 0 && wish(exchange, PROTOBUF) > 0) {
      throw new CallFailed(
          406,
          "this model streams its answers: send Accept: text/event-stream (to its host: "
              + SEQUENCE
              + ")");
    }
    if (!slots.tryAcquire()) {
      throw new CallFailed(503, "all " + served.limits().slots() + " slots of the model are taken");
    }
    String name = header(exchange, FrontHeaders.CALL);
    OpenCall call = calls.begin(name);
    if (served.streams().isPresent()) {
      if (sequence >= wish(exchange, PROTOBUF)) {
        stream(exchange, served.streams().get(), input, call, name);
      } else {
        collect(exchange, served.streams().get(), input, call, name);
      }
      return;
    }
    Message answer;
    try {
      answer = served.calls().answer(input, call);
    } finally {
      // Before the answer is sent: whoever reads it may send the next call at once.
      ended(name);
    }
    if (sequence > wish(exchange, PROTOBUF)) {
      ByteArrayOutputStream one = new ByteArrayOutputStream();
      answer.writeDelimitedTo(one);
      whole(exchange, 200, SEQUENCE, one.toByteArray());
    } else {
      whole(exchange, 200, PROTOBUF, answer.toByteArray());
    }
  }

  private OpenCall open(HttpExchange exchange) throws CallFailed {
    String name = header(exchange, FrontHeaders.CALL);
    if (name.isEmpty()) {
      throw new CallFailed(405, "predict takes POST");
    }
    return calls
        .find(name)
        .orElseThrow(() -> new CallFailed(404, "no call of this name is being answered"));
  }

  private void ended(String name) {
    calls.ended(name);
    slots.release();
  }

  private Message input(HttpExchange exchange) throws CallFailed, IOException {
    String type = header(exchange, "Content-Type").split(";", 2)[0].strip();
    if (!type.isEmpty() && !TAKEN.contains(type)) {
      throw new CallFailed(415, "a model host takes " + PROTOBUF + " only");
    }
    int most = (int) Math.min(Integer.MAX_VALUE - 8, served.limits().maxInputBytes());
    byte[] body = exchange.getRequestBody().readNBytes(most + 1);
    if (body.length > most) {
      throw new CallFailed(413, "the message has more than " + most + " bytes");
    }
    try {
      Message.Builder message = served.input().newBuilderForType();
      CodedInputStream bytes = CodedInputStream.newInstance(body);
      message.mergeFrom(bytes);
      bytes.checkLastTagWas(0);
      return message.build();
    } catch (InvalidProtocolBufferException e) {
      throw new CallFailed(
          400,
          "the body is not a "
              + served.input().getDescriptorForType().getFullName()
              + " in protobuf's binary form: "
              + e.getMessage());
    } catch (com.google.protobuf.UninitializedMessageException e) {
      throw new CallFailed(400, "the message lacks required fields: " + e.getMissingFields());
    }
  }

  private void stream(
      HttpExchange exchange, Streams streams, Message input, OpenCall call, String name)
      throws CallFailed, IOException, InterruptedException {
    AnswerBody out = new AnswerBody(exchange);
    try {
      streams.answer(input, out, call);
    } catch (CallFailed e) {
      if (!out.isBegun()) {
        throw e;
      }
      HostLog.say("a stream was cut: " + e.sentence());
      // Thrown on, it makes the server close the connection without the last chunk: a cut stream
      // must not look like a whole one.
      throw new IOException(e);
    } finally {
      ended(name);
    }
    out.end();
  }

  /** For who would rather have one message: all in one piece, so that any failure has a status. */
  private void collect(
      HttpExchange exchange, Streams streams, Message input, OpenCall call, String name)
      throws CallFailed, IOException, InterruptedException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    long most = served.limits().maxOutputBytes();
    try {
      streams.answer(
          input,
          (answer, last) -> {
            answer.writeDelimitedTo(all);
            if (all.size() > most) {
              throw CallFailed.forGood(
                  "the model's answers have more than "
                      + most
                      + " bytes together; ask for less, or raise max-output-mib of the deployment");
            }
          },
          call);
    } finally {
      ended(name);
    }
    whole(exchange, 200, SEQUENCE, all.toByteArray());
  }

  /** How much the caller would like this type: 0 to 1. */
  private static double wish(HttpExchange exchange, String type) {
    for (String each : header(exchange, "Accept").split(",", -1)) {
      String[] parts = each.split(";", 2);
      if (parts[0].strip().equals(type)) {
        String quality = parts.length == 1 ? "" : parts[1].strip();
        try {
          return quality.startsWith("q=") ? Double.parseDouble(quality.substring(2)) : 1;
        } catch (NumberFormatException e) {
          return 0;
        }
      }
    }
    return 0;
  }

  private static String header(HttpExchange exchange, String name) {
    String value = exchange.getRequestHeaders().getFirst(name);
    return value == null ? "" : value.toLowerCase(java.util.Locale.ROOT);
  }

  private static void whole(HttpExchange exchange, int status, String type, byte[] body)
      throws IOException {
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
