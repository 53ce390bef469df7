package io.remuda.gateway.edge;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.GZIPOutputStream;

/**
 * What no client of good will sends, and what comes of it: the status of each answer, and {@code
 * closed} where the connection is closed then.
 */
public enum HostileClient {
  A_HEADER_THAT_DRIPS("closed", drips("POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nX: ")),
  EMPTY_LINES_THAT_DRIP("closed", drips("\r\n\r\n\r\n")),
  A_BODY_THAT_DRIPS("408 closed", drips(post("Content-Length: 5000\r\n") + "{\"model\":\"")),
  A_CHUNKED_BODY_THAT_DRIPS(
      "408 closed", drips(post("Transfer-Encoding: chunked\r\n") + "1000\r\n{\"model\":\"")),
  A_LENGTH_AND_CHUNKS(
      "400 closed",
      sends(post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n") + "0\r\n\r\n")),
  CHUNKS_AND_A_LENGTH(
      "400 closed",
      sends(post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n") + "0\r\n\r\n")),
  TWO_LENGTHS("400 closed", sends(post("Content-Length: 17\r\nContent-Length: 2\r\n") + body())),
  A_LENGTH_BELOW_ZERO("400 closed", sends(post("Content-Length: -1\r\n") + body())),
  A_LENGTH_BEYOND_ALL_NUMBERS(
      "400 closed", sends(post("Content-Length: 99999999999999999999\r\n") + body())),
  CHUNKED_TWICE("400 closed", sends(post("Transfer-Encoding: chunked, chunked\r\n") + "0\r\n\r\n")),
  CHUNKS_IN_ANOTHER_ENCODING(
      "400", sends(post("Transfer-Encoding: gzip, chunked\r\n") + "0\r\n\r\n")),
  A_CODING_HIDDEN_BY_A_TAB(
      "400 closed", sends(post("Transfer-Encoding: \tchunked, identity\r\n") + "0\r\n\r\n")),
  BARE_LINE_FEEDS("400 closed", sends(whole().replace("\r\n", "\n"))),
  ONE_BARE_LINE_FEED("400 closed", sends(post("X: a\nContent-Length: 17\r\n") + body())),
  A_BARE_CARRIAGE_RETURN("400 closed", sends(post("X: a\rContent-Length: 17\r\n") + body())),
  A_FOLDED_HEADER("400", sends(post("X: a\r\n Content-Length: 17\r\n") + body())),
  A_SPACE_BEFORE_THE_COLON("400 closed", sends(post("Content-Length : 17\r\n") + body())),
  A_ZERO_BYTE_IN_A_HEADER("400 closed", sends(post("X: a\0b\r\nContent-Length: 17\r\n") + body())),
  A_HEADER_WITHOUT_END("431 closed", sends(post("X: " + "y".repeat(1 << 20)))),
  TEN_THOUSAND_HEADERS("431 closed", sends(post("X: y\r\n".repeat(10_000)))),
  AN_ADDRESS_WITHOUT_END("431 closed", sends("GET /" + "x".repeat(1 << 20))),
  A_CHUNK_BEYOND_ALL_NUMBERS("closed", chunked("FFFFFFFFFFFFFFFFF\r\n{}")),
  A_CHUNK_BELOW_ZERO("closed", chunked("-1\r\n{}")),
  A_CHUNK_OF_TWO_GIGABYTES("408 closed", chunked("7FFFFFFF\r\n{}")),
  A_CHUNK_SIZE_THAT_IS_NONE("closed", chunked("zz\r\n{}")),
  A_CHUNK_SIZE_WITH_A_BARE_LINE_FEED("closed", chunked("2\n{}\r\n0\r\n\r\n")),
  A_CHUNK_EXTENSION_WITHOUT_END("closed", chunked("2;" + "x".repeat(1 << 20))),
  TRAILERS_WITHOUT_END("closed", chunked("0\r\n" + "X: y\r\n".repeat(10_000))),
  TINY_CHUNKS("413", chunked("1\r\n \r\n".repeat(80_000) + "0\r\n\r\n")),
  A_GZIP_BOMB("415", sends(bomb())),
  A_BODY_OF_BRACKETS("400", sends(post("Content-Length: 60000\r\n") + "[".repeat(60_000))),
  A_HUNDRED_REQUESTS_AT_ONCE("200 ".repeat(100).strip(), sends(whole().repeat(100))),
  A_REQUEST_BEHIND_A_BAD_ONE("400 closed", sends("GARBAGE\r\n\r\n" + whole())),
  A_BODY_THAT_GOES_ON_AS_A_REQUEST(
      "200 405", sends(post("Content-Length: 17\r\n") + body() + "SMUGGLED" + whole())),
  AN_ID_THAT_INJECTS_A_HEADER(
      "200", sends(post("x-request-id: a%0d%0aevil: 1\r\nContent-Length: 17\r\n") + body())),
  A_MODEL_THAT_INJECTS_A_HEADER(
      "404",
      sends(post("Content-Length: 36\r\n") + "{\"model\":\"a\\r\\nevil: 1\\r\\n\\r\\nb...\"}")),
  A_PATH_THAT_INJECTS_A_HEADER(
      "400 closed", sends("GET /v1/%0d%0aevil:%201 HTTP/1.1\r\nHost: x\r\n\r\n")),
  TLS_ON_THE_PLAIN_PORT(
      "400 closed", sends("\u0016\u0003\u0001\u0002\0\u0001\0\u0001\u00fc\r\n\r\n")),
  HTTP_2_UNASKED("501 closed", sends("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")),
  A_TUNNEL("400 closed", sends("CONNECT other:443 HTTP/1.1\r\nHost: other\r\n\r\n")),
  A_CLIENT_THAT_CLOSES_ITS_HALF(
      "closed",
      client -> {
        client.send(whole("hangs"));
        client.socket.shutdownOutput();
      });

  /** Within which the gateway has to be done with it. */
  static final Duration LIMIT = Duration.ofSeconds(10);

  private static final String CHAT = "/v1/chat/completions";

  private final String outcome;
  private final Act act;

  /** What a client does before it reads. */
  private interface Act {
    void on(Client client) throws IOException;
  }

  HostileClient(String outcome, Act act) {
    this.outcome = outcome;
    this.act = act;
  }

  public String outcome() {
    return outcome;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /**
   * Does it.
   *
   * @return all that was answered, and {@code closed} at its end where the server closed
   */
  public String run(int port) {
    try (Client client = new Client(new Socket("127.0.0.1", port))) {
      try {
        act.on(client);
      } catch (SocketException e) {
        // The server had enough; what it has answered may be there all the same.
      }
      return client.answered(outcome.endsWith("closed") ? LIMIT : Duration.ofSeconds(1));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Act sends(String text) {
    return sends(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private static Act sends(byte[] bytes) {
    return client -> client.send(bytes);
  }

  private static Act chunked(String chunks) {
    return sends(post("Transfer-Encoding: chunked\r\n") + chunks);
  }

  /** A byte now and then, for as long as the server takes it. */
  private static Act drips(String beginning) {
    return client -> {
      client.send(beginning);
      long end = System.nanoTime() + LIMIT.toNanos();
      while (System.nanoTime() < end && !client.hasAnswer()) {
        client.send(beginning.endsWith("\n") ? "\r\n" : "y");
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
      }
    };
  }

  private static String body() {
    return "{\"model\":\"bench\"}";
  }

  private static String post(String headers) {
    return "POST " + CHAT + " HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n";
  }

  private static String whole() {
    return whole("bench");
  }

  private static String whole(String model) {
    return post("Content-Length: 17\r\n") + "{\"model\":\"%s\"}".formatted(model);
  }

  /** 64 MiB of nothing, packed into little. */
  private static byte[] bomb() {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      byte[] nothing = new byte[1 << 20];
      for (int i = 0; i < 64; i++) {
        gzip.write(nothing);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    ByteArrayOutputStream request = new ByteArrayOutputStream();
    request.writeBytes(
        post("Content-Encoding: gzip\r\nContent-Length: " + packed.size() + "\r\n")
            .getBytes(StandardCharsets.ISO_8859_1));
    request.writeBytes(packed.toByteArray());
    return request.toByteArray();
  }

  /** A connection that is misused. */
  private static final class Client implements AutoCloseable {
    private final Socket socket;

    Client(Socket socket) {
      this.socket = socket;
    }

    void send(String text) throws IOException {
      send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    void send(byte[] bytes) throws IOException {
      OutputStream out = socket.getOutputStream();
      out.write(bytes);
      out.flush();
    }

    boolean hasAnswer() throws IOException {
      return socket.getInputStream().available() > 0;
    }

    String answered(Duration limit) throws IOException {
      socket.setSoTimeout((int) limit.toMillis());
      StringBuilder all = new StringBuilder();
      InputStream in = socket.getInputStream();
      try {
        for (int b = in.read(); b >= 0; b = in.read()) {
          all.append((char) b);
        }
        return all + "closed";
      } catch (SocketTimeoutException e) {
        return all.toString();
      } catch (SocketException e) {
        return all + "closed";
      }
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
