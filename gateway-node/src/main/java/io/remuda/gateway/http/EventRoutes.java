package io.remuda.gateway.http;

import akka.NotUsed;
import akka.http.javadsl.model.ContentType;
import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpResponse;
import akka.japi.Pair;
import akka.stream.javadsl.Source;
import akka.util.ByteString;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.remuda.gateway.auth.Caller;
import io.remuda.gateway.auth.Need;
import io.remuda.protocol.AccessProtocol.Scope;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.EventView;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * The fleet's story: pages of the registry's journal, relayed as server-sent events or as JSON. A
 * stream goes on where {@code Last-Event-ID} says, or else begins when its answer does; while no
 * registry answers it stays open, says so in a comment, and goes on without a gap.
 */
final class EventRoutes {

  private static final Need NEED = Need.oneOf(Scope.DEPLOY, Scope.AUDIT);
  private static final int PAGE = 200;

  /** What happens to keys. Their events do not name the tenant, and each tenant's are its own. */
  private static final Set<String> KEYS =
      Set.of("KeyCreated", "KeyRotated", "KeyRevoked", "KeyLimited", "TenantLimited");

  /** The place of a stream that begins as soon as a registry can tell where that is. */
  private static final long NOW = -1;

  private static final Duration RETRY = Duration.ofSeconds(1);
  private static final ContentType SSE = ContentTypes.parse("text/event-stream; charset=utf-8");

  private final FleetClient fleet;
  private final Settling.Pause pause;
  private final OpenStreams open;
  private final ApiSettings settings;

  EventRoutes(FleetClient fleet, Settling.Pause pause, OpenStreams open, ApiSettings settings) {
    this.fleet = fleet;
    this.pause = pause;
    this.open = open;
    this.settings = settings;
  }

  List<ApiRoute> endpoints() {
    return List.of(
        described(
            ApiRoute.of(
                "GET",
                "/v1/events",
                NEED,
                "events",
                "What happens in the fleet, as it happens",
                call -> answer(call, Optional.empty()))),
        described(
            ApiRoute.of(
                "GET",
                "/v1/deployments/{name}/events",
                NEED,
                "events",
                "What happens to one deployment",
                call -> answer(call, Optional.of(call.model("name").value())))));
  }

  private static ApiRoute described(ApiRoute route) {
    return route
        .query(
            "after",
            "events after this id, oldest first, 0 for all there ever were. Left out, a page has the"
                + " newest events, and a stream goes on after Last-Event-ID, else begins now."
                + " Unless the client accepts text/event-stream, the answer is one page of JSON")
        .query(
            "limit",
            "at most so many events in a page, 1 to 1000; 200 when left out. Unless the client"
                + " accepts text/event-stream, the answer is one page of JSON")
        .gives(200, "EventList");
  }

  private CompletionStage<HttpResponse> answer(Call call, Optional<String> subject) {
    String accept = call.header("accept").orElse("");
    boolean page =
        !accept.contains("text/event-stream")
            && (accept.contains("application/json")
                || call.query("after").isPresent()
                || call.query("limit").isPresent());
    return page ? page(call, subject) : stream(call, subject);
  }

  private CompletionStage<HttpResponse> page(Call call, Optional<String> subject) {
    long after = call.number("after", 0, 0, Long.MAX_VALUE);
    int limit = (int) call.number("limit", PAGE, 1, 1_000);
    boolean newest = call.query("after").isEmpty();
    CompletionStage<List<EventView>> read =
        newest
            ? fleet.newestEvents(limit, subject)
            : fleet.events(after, limit, subject, Duration.ZERO);
    return read.thenApply(
        events -> {
          ObjectNode json =
              Json.list(
                  events.stream().filter(event -> sees(call.caller(), event)).toList(),
                  event -> Views.event(event, call.caller()));
          json.put("last", lastOf(events, after));
          // A page is also full when it is as large as a message may be: only an empty one is last.
          json.put("has_more", !newest && !events.isEmpty());
          return Replies.json(200, json);
        });
  }

  private CompletionStage<HttpResponse> stream(Call call, Optional<String> subject) {
    Optional<Long> after = lastEventId(call);
    if (after.isEmpty() && call.query("after").isPresent()) {
      after = Optional.of(call.number("after", 0, 0, Long.MAX_VALUE));
    }
    if (after.isPresent()) {
      return Replies.now(story(after.get(), "", subject, call.caller()));
    }
    // Asked before the answer begins: of what happens once a client has it, nothing is left out.
    return now(subject)
        .handle((now, failure) -> failure == null ? now : NOW)
        .thenApply(now -> story(now, place(now), subject, call.caller()));
  }

  private CompletionStage<Long> now(Optional<String> subject) {
    return fleet.newestEvents(1, subject).thenApply(events -> lastOf(events, 0));
  }

  private HttpResponse story(long after, String first, Optional<String> subject, Caller caller) {
    Source<ByteString, NotUsed> story =
        Source.unfoldAsync(
            after,
            from ->
                next(from, subject, caller)
                    .thenApply(step -> Optional.of(Pair.create(step.first(), step.second()))));
    // The first comment makes the headers leave at once, also when nothing happens for hours.
    Source<ByteString, NotUsed> all =
        Source.single(ByteString.fromString(": the fleet's story\n\n" + first)).concat(story);
    return Replies.with(open.answer(SSE, all), "Cache-Control", "no-cache");
  }

  private CompletionStage<Pair<Long, ByteString>> next(
      long from, Optional<String> subject, Caller caller) {
    CompletionStage<Pair<Long, ByteString>> step =
        from == NOW
            ? now(subject).thenApply(now -> Pair.create(now, ByteString.fromString(place(now))))
            : events(from, subject, caller);
    return step.exceptionallyCompose(
        failure ->
            pause
                .of(RETRY)
                .thenApply(
                    done ->
                        Pair.create(
                            from, ByteString.fromString(": no registry in sight, waiting\n\n"))));
  }

  /** Makes a client that comes back before the first event go on from here: an id without data. */
  private static String place(long after) {
    return after == NOW ? "" : "id: " + after + "\n\n";
  }

  private CompletionStage<Pair<Long, ByteString>> events(
      long from, Optional<String> subject, Caller caller) {
    return fleet
        .events(from, PAGE, subject, settings.eventPatience())
        .thenApply(
            events -> {
              StringBuilder text = new StringBuilder();
              for (EventView event : events) {
                if (sees(caller, event)) {
                  text.append("id: ").append(event.offset()).append('\n');
                  text.append("data: ")
                      .append(Json.text(Views.event(event, caller)))
                      .append("\n\n");
                }
              }
              String sent = text.isEmpty() ? ": keep-alive\n\n" : text.toString();
              return Pair.create(lastOf(events, from), ByteString.fromString(sent));
            });
  }

  private static long lastOf(List<EventView> events, long before) {
    return events.isEmpty() ? before : events.get(events.size() - 1).offset();
  }

  private static Optional<Long> lastEventId(Call call) {
    Optional<String> raw = call.header("last-event-id").filter(id -> !id.isBlank());
    raw.filter(id -> !id.matches("[0-9]{1,18}"))
        .ifPresent(
            wrong -> {
              throw Refusal.of(
                  ErrorCode.INVALID_REQUEST, "Last-Event-ID is the number of an event");
            });
    return raw.map(Long::parseLong);
  }

  /** Whoever may see some models only is told of them alone, and of keys the operator's. */
  private static boolean sees(Caller caller, EventView event) {
    return AuditRoutes.sees(caller, event)
        && (KEYS.contains(event.kind())
            ? caller.seesAll() && caller.tenant().isEmpty()
            : caller.seesAll() || isOfSeenModel(caller, event));
  }

  private static boolean isOfSeenModel(Caller caller, EventView event) {
    return ModelName.parse(event.subject()).filter(caller::sees).isPresent();
  }
}
