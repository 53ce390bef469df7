package io.remuda.gateway.http;

import akka.http.javadsl.model.ContentType;
import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.headers.RawHeader;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Answers in the few shapes that the API has. */
final class Replies {

  private Replies() {}

  static HttpResponse json(int status, JsonNode body) {
    return HttpResponse.create()
        .withStatus(status)
        .withEntity(HttpEntities.create(ContentTypes.APPLICATION_JSON, Json.write(body)));
  }

  static CompletionStage<HttpResponse> now(HttpResponse response) {
    return CompletableFuture.completedStage(response);
  }

  static HttpResponse bytes(ContentType type, byte[] body) {
    return HttpResponse.create().withStatus(200).withEntity(HttpEntities.create(type, body));
  }

  static HttpResponse with(HttpResponse response, String header, String value) {
    return response.addHeader(RawHeader.create(header, value));
  }
}
