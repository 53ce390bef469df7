package io.remuda.gateway.http;

import akka.http.javadsl.model.HttpResponse;
import io.remuda.gateway.auth.Need;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * One route: what matches it, what its caller must be allowed, what it does, and what the API's
 * description says of it. The table of these is the only place where a route exists.
 *
 * @param method in capitals
 * @param template such as {@code /v1/models/{model}}; a last {@code {name*}} takes all that follows
 * @param tag groups routes in the description
 * @param queries names of query parameters, with what they mean
 * @param body the schema of the request's body, by its name in the description
 * @param answer the schema of the answer, by its name; absent where it is not JSON
 */
record ApiRoute(
    String method,
    String template,
    Need need,
    String tag,
    String summary,
    int status,
    List<Parameter> queries,
    Optional<String> body,
    Optional<String> answer,
    Handler handler) {

  /** The query parameter of a call that is to change nothing. */
  static final String DRY_RUN = "dryRun";

  ApiRoute {
    queries = List.copyOf(queries);
  }

  /** Answers a request; refusals may be thrown or come through the stage. */
  interface Handler {
    CompletionStage<HttpResponse> handle(Call call);
  }

  /** A query parameter. */
  record Parameter(String name, String text) {}

  static ApiRoute of(
      String method, String template, Need need, String tag, String summary, Handler handler) {
    return new ApiRoute(
        method,
        template,
        need,
        tag,
        summary,
        200,
        List.of(),
        Optional.empty(),
        Optional.empty(),
        handler);
  }

  /** Whether it can tell what a call would come to, and change nothing. */
  boolean foresees() {
    return queries.stream().anyMatch(query -> query.name().equals(DRY_RUN));
  }

  ApiRoute query(String name, String text) {
    List<Parameter> more = new ArrayList<>(queries);
    more.add(new Parameter(name, text));
    return new ApiRoute(method, template, need, tag, summary, status, more, body, answer, handler);
  }

  ApiRoute takes(String schema) {
    return new ApiRoute(
        method,
        template,
        need,
        tag,
        summary,
        status,
        queries,
        Optional.of(schema),
        answer,
        handler);
  }

  ApiRoute gives(int newStatus, String schema) {
    return new ApiRoute(
        method,
        template,
        need,
        tag,
        summary,
        newStatus,
        queries,
        body,
        Optional.of(schema),
        handler);
  }
}
