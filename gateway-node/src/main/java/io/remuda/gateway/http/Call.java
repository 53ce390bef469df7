package io.remuda.gateway.http;

import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.MediaType;
import akka.stream.Materializer;
import akka.util.ByteString;
import com.fasterxml.jackson.databind.JsonNode;
import io.remuda.gateway.auth.Caller;
import io.remuda.gateway.edge.CallLease;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Keys;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.IntPredicate;

/** One request whose route is found and whose caller may use it. */
final class Call {

  private final HttpRequest request;
  private final String requestId;
  private final Caller caller;
  private final Map<String, String> parameters;
  private final Optional<String> leased;
  private final Departure departure;
  private final ApiSettings settings;
  private final Materializer materializer;

  /**
   * @param leased the token in an address under a lease
   */
  Call(
      HttpRequest request,
      String requestId,
      Caller caller,
      Map<String, String> parameters,
      Optional<String> leased,
      Departure departure,
      ApiSettings settings,
      Materializer materializer) {
    this.request = request;
    this.requestId = requestId;
    this.caller = caller;
    this.parameters = Map.copyOf(parameters);
    this.leased = leased;
    this.departure = departure;
    this.settings = settings;
    this.materializer = materializer;
  }

  HttpRequest request() {
    return request;
  }

  String requestId() {
    return requestId;
  }

  Caller caller() {
    return caller;
  }

  /** Tells when the client has gone, also before the answer has begun. */
  Departure departure() {
    return departure;
  }

  Materializer materializer() {
    return materializer;
  }

  String path(String name) {
    return parameters.getOrDefault(name, "");
  }

  /** The lease that it comes under, by its address or its headers. */
  CallLease lease() {
    List<String> headers = new ArrayList<>();
    for (HttpHeader header : request.getHeaders()) {
      if (header.lowercaseName().equals(Keys.LEASE_HEADER)) {
        headers.add(header.value());
      }
    }
    return CallLease.of(leased, headers);
  }

  Optional<String> header(String name) {
    return request.getHeader(name).map(HttpHeader::value);
  }

  Optional<String> query(String name) {
    return request.getUri().query().get(name);
  }

  /** A whole number; the fallback when it is absent; a refusal when it is something else. */
  long number(String name, long fallback, long least, long most) {
    Optional<String> raw = query(name);
    if (raw.isEmpty()) {
      return fallback;
    }
    try {
      long value = Long.parseLong(raw.get());
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Told below, as a value out of range is.
    }
    throw Refusal.of(
        ErrorCode.INVALID_REQUEST,
        "the query parameter '" + name + "' is a whole number from " + least + " to " + most,
        name);
  }

  boolean flag(String name) {
    return query(name).map(value -> value.isEmpty() || value.equals("true")).orElse(false);
  }

  /** The model in the path; one that the caller may not see does not exist. */
  ModelName model(String name) {
    Optional<ModelName> model = ModelName.parse(path(name));
    return model
        .filter(caller::sees)
        .orElseThrow(() -> notFound(model.map(ModelName::value).orElse("of this name")));
  }

  /** The model in the path, for a change: a name that breaks the pattern is a wrong request. */
  ModelName declared(String name) {
    ModelName model =
        ModelName.parse(path(name))
            .orElseThrow(
                () ->
                    Refusal.of(
                        ErrorCode.INVALID_REQUEST,
                        "the name in the address does not match " + ModelName.SHAPE,
                        name));
    if (!caller.sees(model)) {
      throw Refusal.of(
          ErrorCode.NOT_ALLOWED,
          caller.title() + " is for other models than '" + model + "'; use another one");
    }
    return model;
  }

  MachineId machine(String name) {
    return MachineId.parse(path(name))
        .orElseThrow(
            () ->
                Refusal.of(
                    ErrorCode.NOT_FOUND,
                    "there is no such machine; 'GET /v1/machines' lists them"));
  }

  InstanceId instance(String name) {
    return InstanceId.parse(path(name))
        .filter(id -> caller.sees(id.model()))
        .orElseThrow(
            () ->
                Refusal.of(
                    ErrorCode.NOT_FOUND,
                    "there is no such instance; 'GET /v1/instances' lists them"));
  }

  static Refusal notFound(String name) {
    return Refusal.of(
        ErrorCode.MODEL_NOT_FOUND,
        "there is no deployment " + name + "; 'GET /v1/deployments' lists what is declared");
  }

  /** The body, which must be JSON within the limits. */
  CompletionStage<JsonNode> json() {
    requireJson();
    return bytes().thenApply(Json::read);
  }

  /** The body that has come, which must be JSON. */
  JsonNode asJson(byte[] body) {
    requireJson();
    return Json.read(body);
  }

  private void requireJson() {
    MediaType media = request.entity().getContentType().mediaType();
    boolean said = !media.toString().equals("none/none");
    if (said && !media.subType().equals("json") && !media.subType().endsWith("+json")) {
      throw Refusal.of(
          ErrorCode.UNSUPPORTED_MEDIA_TYPE,
          "the body is " + media + "; send JSON with 'Content-Type: application/json'");
    }
  }

  /** The body, whatever it is, within the limits. */
  CompletionStage<byte[]> bytes() {
    return bytes(settings.bodyLimit());
  }

  /**
   * @param most bytes, where all bodies' limit is not lower
   */
  CompletionStage<byte[]> bytes(long most) {
    return bytes(most, size -> true);
  }

  /**
   * The same, for whoever counts what comes.
   *
   * @param most bytes, where all bodies' limit is not lower
   * @param kept asked for each part as it comes, with its size; one that is not kept is left out
   */
  CompletionStage<byte[]> bytes(long most, IntPredicate kept) {
    if (header("content-encoding").filter(coding -> !coding.equals("identity")).isPresent()) {
      throw Refusal.of(
          ErrorCode.UNSUPPORTED_MEDIA_TYPE,
          "compressed bodies are not taken; send it without Content-Encoding");
    }
    long limit = Math.min(most, settings.bodyLimit());
    if (request.entity().getContentLengthOption().orElse(0) > limit) {
      throw tooLarge(limit);
    }
    return request
        .entity()
        .withSizeLimit(limit)
        .getDataBytes()
        .completionTimeout(settings.bodyTimeout())
        .filter(part -> kept.test(part.size()))
        .runFold(ByteString.emptyByteString(), ByteString::concat, materializer)
        .handle(
            (body, failure) -> {
              if (failure == null) {
                return body.toArray();
              }
              Throwable cause = Refusal.causeOf(failure);
              if (cause instanceof akka.http.scaladsl.model.EntityStreamSizeException) {
                throw tooLarge(limit);
              }
              if (cause instanceof java.util.concurrent.TimeoutException) {
                throw Refusal.of(
                    ErrorCode.REQUEST_TIMEOUT,
                    "the body did not arrive within "
                        + settings.bodyTimeout().toSeconds()
                        + " s; send it faster");
              }
              throw Refusal.of(
                  ErrorCode.INVALID_REQUEST, "the body could not be read: " + cause.getMessage());
            });
  }

  private static Refusal tooLarge(long limit) {
    return Refusal.of(
        ErrorCode.TOO_LARGE, "the body is larger than " + limit + " bytes; send less at once");
  }
}
