package io.remuda.gateway.http;

import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.headers.RawHeader;
import akka.http.scaladsl.model.EntityStreamSizeException;
import akka.http.scaladsl.model.IllegalRequestException;
import akka.http.scaladsl.model.IllegalUriException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.remuda.gateway.edge.ErrorAnswer;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns whatever went wrong into OpenAI's error shape, with the headers that tell a client whether
 * and when to try again. A bug shows its request id and nothing of the inside.
 */
public final class Errors {

  private static final Logger LOG = LoggerFactory.getLogger(Errors.class);

  private static final Duration SOON = Duration.ofMillis(500);
  private static final Duration LATER = Duration.ofSeconds(5);

  /** Clients of OpenAI's take no longer wait for one. */
  private static final long LONGEST_MILLIS = 60_000;

  private Errors() {}

  /** The body: {@code {"error": {"message", "type", "param", "code"}}}. */
  public static byte[] body(Refused refused, Optional<String> param) {
    ObjectNode json = Json.object();
    ObjectNode error = json.putObject("error");
    error.put("message", refused.message());
    error.put("type", refused.code().type());
    error.put("param", param.orElse(null));
    error.put("code", refused.code().code());
    if (!refused.details().isEmpty()) {
      ArrayNode details = error.putArray("details");
      for (Refused.Detail detail : refused.details()) {
        details
            .addObject()
            .put("path", detail.path())
            .put("kind", detail.kind())
            .put("text", detail.text());
      }
    }
    return Json.write(json);
  }

  /** A refusal whose body says more than that it is one. */
  static HttpResponse response(Refused refused, JsonNode body) {
    return HttpResponse.create()
        .withStatus(refused.code().status())
        .withEntity(HttpEntities.create(ContentTypes.APPLICATION_JSON, Json.write(body)))
        .addHeaders(headers(refused, Optional.empty()));
  }

  static HttpResponse response(Refused refused, Optional<String> param) {
    return response(refused, param, Optional.empty());
  }

  private static HttpResponse response(
      Refused refused, Optional<String> param, Optional<Duration> retryAfter) {
    return HttpResponse.create()
        .withStatus(refused.code().status())
        .withEntity(HttpEntities.create(ContentTypes.APPLICATION_JSON, body(refused, param)))
        .addHeaders(headers(refused, retryAfter));
  }

  /** The answer to {@code failure}, which a handler threw or completed with. */
  static HttpResponse response(Throwable failure, String requestId) {
    Throwable cause = Refusal.causeOf(failure);
    if (cause instanceof Refusal refusal) {
      List<HttpHeader> more = new ArrayList<>();
      refusal.headers().forEach(each -> more.add(RawHeader.create(each.getKey(), each.getValue())));
      return response(refusal.refused(), refusal.param(), refusal.retryAfter()).addHeaders(more);
    }
    if (cause instanceof EntityStreamSizeException) {
      return response(Refused.of(ErrorCode.TOO_LARGE, "the body is too large"), Optional.empty());
    }
    if (cause instanceof IllegalRequestException || cause instanceof IllegalUriException) {
      return response(
          Refused.of(ErrorCode.INVALID_REQUEST, "the request is malformed: " + cause.getMessage()),
          Optional.empty());
    }
    if (cause instanceof TimeoutException) {
      return response(
          Refused.of(ErrorCode.TIMED_OUT, "the fleet did not answer in time; try again"),
          Optional.empty());
    }
    LOG.error("request failed requestId={}", requestId, cause);
    return response(
        Refused.of(
            ErrorCode.INTERNAL,
            "something broke in the gateway; its log tells more under request id " + requestId),
        Optional.empty());
  }

  /** The same answer in Ollama's shape: the sentence alone. */
  static HttpResponse inOneWord(HttpResponse answer, String message) {
    return answer.withEntity(
        HttpEntities.create(
            ContentTypes.APPLICATION_JSON, Json.write(Json.object().put("error", message))));
  }

  private static List<HttpHeader> headers(Refused refused, Optional<Duration> retryAfter) {
    ErrorCode code = refused.code();
    List<HttpHeader> headers = new ArrayList<>();
    headers.add(
        RawHeader.create(
            "x-should-retry", Boolean.toString(code.retry() != ErrorCode.Retry.NEVER)));
    switch (code.retry()) {
      case NEVER -> {}
      case SOON -> wait(headers, retryAfter.orElse(SOON));
      case LATER -> wait(headers, retryAfter.orElse(LATER));
    }
    ErrorAnswer.challenge(refused)
        .ifPresent(challenge -> headers.add(RawHeader.create("WWW-Authenticate", challenge)));
    return headers;
  }

  private static void wait(List<HttpHeader> headers, Duration retryAfter) {
    long millis = Math.min(LONGEST_MILLIS, Math.max(1, retryAfter.toMillis()));
    headers.add(RawHeader.create("Retry-After", Long.toString((millis + 999) / 1000)));
    headers.add(RawHeader.create("retry-after-ms", Long.toString(millis)));
  }
}
