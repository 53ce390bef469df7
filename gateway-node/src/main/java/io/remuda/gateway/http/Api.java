package io.remuda.gateway.http;

import akka.Done;
import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.headers.RawHeader;
import akka.stream.Materializer;
import akka.stream.javadsl.Sink;
import io.remuda.gateway.auth.KeyCheck;
import io.remuda.gateway.edge.EdgeServer;
import io.remuda.gateway.edge.LeaseAddress;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Keys;
import io.remuda.protocol.Refused;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * What every request goes through: find its route, find its caller, check that the one may use the
 * other, answer, and put the request's id on the answer, whatever it is.
 */
final class Api {

  private static final Pattern REQUEST_ID = Pattern.compile("[A-Za-z0-9._:-]{1,128}");

  private final RouteTree routes;
  private final KeyCheck keys;
  private final Optional<String> relaySecret;
  private final AuditTrail audit;
  private final ApiSettings settings;
  private final Materializer materializer;

  /**
   * The API over a table of routes.
   *
   * @param relaySecret what the edge of this start puts on what it relays; nothing else is answered
   */
  Api(
      List<ApiRoute> endpoints,
      KeyCheck keys,
      Optional<String> relaySecret,
      AuditTrail audit,
      ApiSettings settings,
      Materializer materializer) {
    this.routes = new RouteTree(endpoints);
    this.keys = keys;
    this.relaySecret = relaySecret;
    this.audit = audit;
    this.settings = settings;
    this.materializer = materializer;
  }

  CompletionStage<HttpResponse> answer(HttpRequest request, Departure departure) {
    String requestId =
        request
            .getHeader(Keys.REQUEST_ID_HEADER)
            .map(HttpHeader::value)
            .filter(id -> REQUEST_ID.matcher(id).matches())
            .orElseGet(() -> "req-" + UUID.randomUUID());
    return attempt(request, requestId, departure)
        .handle(
            (response, failure) ->
                failure == null
                    ? CompletableFuture.completedStage(response)
                    : readToItsEnd(request).thenApply(read -> refusal(request, failure, requestId)))
        .thenCompose(answer -> answer)
        .thenApply(answer -> answer.addHeader(RawHeader.create(Keys.REQUEST_ID_HEADER, requestId)));
  }

  /** What the client still sends must be read, or it does not see its answer. */
  private CompletionStage<Done> readToItsEnd(HttpRequest request) {
    return request
        .entity()
        .withoutSizeLimit()
        .getDataBytes()
        .runWith(Sink.ignore(), materializer)
        .toCompletableFuture()
        .copy()
        .completeOnTimeout(
            Done.getInstance(), settings.bodyPatience().toMillis(), TimeUnit.MILLISECONDS)
        .exceptionally(readBefore -> Done.getInstance());
  }

  private static HttpResponse refusal(HttpRequest request, Throwable failure, String requestId) {
    HttpResponse answer = Errors.response(failure, requestId);
    String path = request.getUri().path();
    return (path.startsWith(OllamaRoutes.BELOW) || path.startsWith(TensorRoutes.BELOW))
            && Refusal.causeOf(failure) instanceof Refusal refusal
        ? Errors.inOneWord(answer, refusal.refused().message())
        : answer;
  }

  private CompletionStage<HttpResponse> attempt(
      HttpRequest request, String requestId, Departure departure) {
    try {
      return dispatch(request, requestId, departure);
    } catch (RuntimeException e) {
      return CompletableFuture.failedStage(e);
    }
  }

  private CompletionStage<HttpResponse> dispatch(
      HttpRequest request, String requestId, Departure departure) {
    if (relaySecret.isPresent() && !shows(request, relaySecret.get())) {
      return Refusal.failed(
          ErrorCode.NOT_ALLOWED, "this port is for the gateway itself; call its public address");
    }
    List<String> path = new ArrayList<>();
    request.getUri().pathSegments().forEach(path::add);
    path.removeIf(String::isEmpty);
    Optional<String> leased = underLease(path);
    RouteTree.Match match = routes.find(request.method().name(), path);
    if (match.endpoint().isEmpty()) {
      return notMatched(request, match);
    }
    ApiRoute endpoint = match.endpoint().get();
    KeyCheck.Outcome outcome =
        keys.check(
            endpoint.need(),
            request.getHeader("authorization").map(HttpHeader::value),
            request.getHeader("x-api-key").map(HttpHeader::value));
    if (outcome.caller().isEmpty()) {
      return Refusal.failed(
          outcome.refused().orElseGet(() -> Refused.of(ErrorCode.UNAUTHENTICATED, "no caller")));
    }
    Call call =
        new Call(
            request,
            requestId,
            outcome.caller().get(),
            match.parameters(),
            leased,
            departure,
            settings,
            materializer);
    return readable(call, audit.kept(endpoint, call, handled(endpoint, call)));
  }

  /** Whoever owns a name refuses without knowing who asks, and names what it is tied to. */
  private static CompletionStage<HttpResponse> readable(
      Call call, CompletionStage<HttpResponse> answer) {
    return call.caller().seesAll()
        ? answer
        : answer.exceptionallyCompose(
            failure ->
                CompletableFuture.failedStage(
                    Refusal.causeOf(failure) instanceof Refusal refusal
                        ? refusal.seenBy(call.caller()::sees)
                        : failure));
  }

  /** What is thrown is as good as what fails later. */
  private static CompletionStage<HttpResponse> handled(ApiRoute endpoint, Call call) {
    try {
      refuseDryRunOfWhatForeseesNothing(endpoint, call);
      return endpoint.handler().handle(call);
    } catch (RuntimeException e) {
      return CompletableFuture.failedStage(e);
    }
  }

  /** Elsewhere an unknown parameter is nothing; here the change that nobody wants would be made. */
  private static void refuseDryRunOfWhatForeseesNothing(ApiRoute endpoint, Call call) {
    if (!endpoint.method().equals("GET")
        && !endpoint.foresees()
        && call.query(ApiRoute.DRY_RUN).isPresent()) {
      throw Refusal.of(
          ErrorCode.INVALID_REQUEST,
          "'"
              + endpoint.method()
              + " "
              + endpoint.template()
              + "' cannot tell what it would come to; leave dryRun out to have it done",
          ApiRoute.DRY_RUN);
    }
  }

  /** Takes the lease off an address under one, for a gateway without an edge. */
  private static Optional<String> underLease(List<String> path) {
    if (path.size() < 2 || !path.get(0).equals(LeaseAddress.SEGMENT)) {
      return Optional.empty();
    }
    String token = path.get(1);
    path.subList(0, 2).clear();
    return Optional.of(token);
  }

  private static CompletionStage<HttpResponse> notMatched(
      HttpRequest request, RouteTree.Match match) {
    String method = request.method().name();
    if (match.allowed().isEmpty()) {
      return Refusal.failed(
          ErrorCode.NOT_FOUND, "there is no such route; '/openapi.json' lists all of them");
    }
    String allowed = String.join(", ", match.allowed());
    HttpResponse response =
        Errors.response(
            Refused.of(
                ErrorCode.METHOD_NOT_ALLOWED, method + " is not for this route; use " + allowed),
            Optional.empty());
    return Replies.now(Replies.with(response, "Allow", allowed));
  }

  private static boolean shows(HttpRequest request, String secret) {
    String shown = request.getHeader(EdgeServer.SECRET_HEADER).map(HttpHeader::value).orElse("");
    return MessageDigest.isEqual(
        secret.getBytes(StandardCharsets.UTF_8), shown.getBytes(StandardCharsets.UTF_8));
  }
}
