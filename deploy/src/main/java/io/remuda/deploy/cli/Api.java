package io.remuda.deploy.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;

/**
 * The gateway's HTTP API as commands use it. Whatever is not a success becomes a {@link CliFailure}
 * with the gateway's own sentence and the request's id.
 */
final class Api {

  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(5);
  private static final int LONGEST_SHOWN_BODY = 300;
  private static final int GONE = 410;

  private final HttpClient http;
  private final ObjectMapper json = new ObjectMapper();
  private final Settings settings;

  Api(Settings settings) {
    this.settings = settings;
    HttpClient.Builder builder =
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(CONNECT_LIMIT);
    if (settings.url().getScheme().equals("https")) {
      settings.authority().map(TrustedAuthority::context).ifPresent(builder::sslContext);
    }
    this.http = builder.build();
  }

  URI url() {
    return settings.url();
  }

  /** File with those whom it trusts, where one was named. */
  Optional<Path> authority() {
    return settings.authority().map(Path::toAbsolutePath);
  }

  /** A path with one segment of somebody's choosing, encoded. */
  static String path(String prefix, String segment, String suffix) {
    String encoded = URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
    return prefix + "/" + encoded + suffix;
  }

  JsonNode get(String path) {
    return send("GET", path, Optional.empty(), Map.of()).body();
  }

  /** What there is, also where it has ended: such an answer, 410, comes with what has. */
  JsonNode orEnded(String method, String path, Optional<JsonNode> body) {
    return send(method, path, body, Map.of(), Set.of(GONE)).body();
  }

  /** The same of one that is asked for and may have ended before the answer. */
  JsonNode orEnded(String method, String path, JsonNode body, Map<String, String> headers) {
    return send(method, path, Optional.of(body), headers, Set.of(GONE)).body();
  }

  JsonNode post(String path, JsonNode body) {
    return send("POST", path, Optional.of(body), Map.of()).body();
  }

  JsonNode post(String path, JsonNode body, Map<String, String> headers) {
    return send("POST", path, Optional.of(body), headers).body();
  }

  JsonNode post(String path) {
    return send("POST", path, Optional.empty(), Map.of()).body();
  }

  JsonNode put(String path, JsonNode body, Map<String, String> headers) {
    return send("PUT", path, Optional.of(body), headers).body();
  }

  JsonNode patch(String path, JsonNode body) {
    return send("PATCH", path, Optional.of(body), Map.of()).body();
  }

  JsonNode delete(String path) {
    return send("DELETE", path, Optional.empty(), Map.of()).body();
  }

  /** The resource, or empty when there is none. */
  Optional<JsonNode> find(String path) {
    try {
      return Optional.of(get(path));
    } catch (CliFailure failure) {
      if (failure.exit() == Exit.NOT_FOUND) {
        return Optional.empty();
      }
      throw failure;
    }
  }

  /** The body as text, for what is not JSON, such as logs. */
  void copy(String path, Consumer<String> lines) {
    HttpRequest request = request("GET", path, Optional.empty(), Map.of()).build();
    try (Lines body = lines(request)) {
      body.forEach(lines);
    }
  }

  /** Follows a stream of server-sent events, from the one after {@code after}, until it ends. */
  void events(String path, Optional<String> after, Consumer<ServerSentEvent> events) {
    HttpRequest.Builder request = request("GET", path, Optional.empty(), Map.of());
    request.setHeader("Accept", "text/event-stream");
    after.ifPresent(id -> request.setHeader("Last-Event-ID", id));
    try (Lines body = lines(request.build())) {
      ServerSentEvent.parse(body, events);
    }
  }

  /** Sends {@code body} and hands out the answer's events as they come, until it ends. */
  Lines stream(String path, JsonNode body) {
    HttpRequest.Builder request = request("POST", path, Optional.of(body), Map.of());
    request.setHeader("Accept", "text/event-stream");
    return lines(request.build());
  }

  private record Answer(JsonNode body) {}

  private Answer send(
      String method, String path, Optional<JsonNode> body, Map<String, String> headers) {
    return send(method, path, body, headers, Set.of());
  }

  /**
   * @param taken statuses above 299 whose body is wanted all the same
   */
  private Answer send(
      String method,
      String path,
      Optional<JsonNode> body,
      Map<String, String> headers,
      Set<Integer> taken) {
    HttpRequest request =
        request(method, path, body, headers)
            .setHeader("Accept", "application/json")
            .timeout(settings.requestLimit())
            .build();
    HttpResponse<InputStream> response = exchange(request);
    try (InputStream stream = response.body()) {
      byte[] bytes = stream.readAllBytes();
      if (!taken.contains(response.statusCode())) {
        check(response, bytes);
      }
      return new Answer(bytes.length == 0 ? MissingNode.getInstance() : parse(bytes));
    } catch (IOException e) {
      throw cut(e);
    }
  }

  private Lines lines(HttpRequest request) {
    HttpResponse<InputStream> response = exchange(request);
    if (response.statusCode() >= 300) {
      try (InputStream stream = response.body()) {
        check(response, stream.readAllBytes());
      } catch (IOException e) {
        throw cut(e);
      }
    }
    return new Lines(response.body());
  }

  private HttpRequest.Builder request(
      String method, String path, Optional<JsonNode> body, Map<String, String> headers) {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(settings.url() + path));
    request.method(
        method,
        body.map(tree -> BodyPublishers.ofString(tree.toString()))
            .orElseGet(BodyPublishers::noBody));
    body.ifPresent(tree -> request.setHeader("Content-Type", "application/json"));
    request.setHeader("User-Agent", "remuda-cli/" + VersionVerb.version());
    settings.key().ifPresent(key -> request.setHeader("Authorization", "Bearer " + key));
    headers.forEach(request::setHeader);
    return request;
  }

  private HttpResponse<InputStream> exchange(HttpRequest request) {
    try {
      return http.send(request, BodyHandlers.ofInputStream());
    } catch (HttpTimeoutException e) {
      throw new CliFailure(
          Exit.TIMED_OUT,
          "no answer from "
              + settings.url()
              + " within "
              + settings.requestLimit().toSeconds()
              + " s; see 'remuda doctor'",
          e);
    } catch (ConnectException e) {
      throw new CliFailure(
          Exit.FAILURE,
          "no gateway answers at "
              + settings.url()
              + "; start one with './remuda up', or name another with --url or REMUDA_URL",
          e);
    } catch (SSLException e) {
      throw TrustedAuthority.failure(settings.url(), settings.authority(), e);
    } catch (IOException e) {
      throw cut(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CliFailure(Exit.FAILURE, "interrupted", e);
    }
  }

  private CliFailure cut(IOException e) {
    return new CliFailure(
        Exit.FAILURE,
        "the connection to " + settings.url() + " broke: " + e.getMessage() + "; try again",
        e);
  }

  private JsonNode parse(byte[] bytes) {
    try {
      return json.readTree(bytes);
    } catch (IOException e) {
      throw new CliFailure(
          Exit.FAILURE,
          settings.url()
              + " does not answer with JSON, so it is no gateway of Remuda: "
              + shortened(new String(bytes, StandardCharsets.UTF_8)),
          e);
    }
  }

  private void check(HttpResponse<?> response, byte[] bytes) {
    if (response.statusCode() < 300) {
      return;
    }
    String text = new String(bytes, StandardCharsets.UTF_8);
    JsonNode error = MissingNode.getInstance();
    try {
      error = json.readTree(text).path("error");
    } catch (JsonProcessingException notJson) {
      // An answer of something in between; its text is shown as it is.
    }
    String message = error.path("message").asText("");
    if (message.isEmpty()) {
      message = "the gateway answered " + response.statusCode() + " " + shortened(text);
    }
    Exit exit = Exit.of(response.statusCode(), error.path("code").asText(""));
    String sentence = message.strip() + requestId(response);
    throw response.statusCode() == 503
        ? CliFailure.passing(exit, sentence)
        : new CliFailure(exit, sentence);
  }

  private static String requestId(HttpResponse<?> response) {
    return response
        .headers()
        .firstValue("x-request-id")
        .map(id -> " [request " + id + "]")
        .orElse("");
  }

  private static String shortened(String text) {
    String line = text.strip().replaceAll("\\s+", " ");
    return line.length() <= LONGEST_SHOWN_BODY ? line : line.substring(0, LONGEST_SHOWN_BODY) + "…";
  }
}
