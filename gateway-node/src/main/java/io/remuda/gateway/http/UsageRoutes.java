package io.remuda.gateway.http;

import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpResponse;
import io.remuda.gateway.auth.Caller;
import io.remuda.gateway.auth.Need;
import io.remuda.protocol.AccessProtocol.Scope;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.UsageProtocol;
import io.remuda.protocol.UsageProtocol.By;
import io.remuda.protocol.UsageProtocol.Count;
import io.remuda.protocol.UsageProtocol.Line;
import io.remuda.protocol.id.ModelName;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * What models were used for, as JSON or CSV. Without the scope admin a key is told of itself alone,
 * an administrator of a tenant of that tenant.
 */
final class UsageRoutes {

  private static final Need NEED = Need.oneOf(Scope.INFER);

  private static final Duration SHOWN = Duration.ofDays(1);

  /** More in one answer would take more memory than a gateway has to spare. */
  private static final int MOST_LINES = 100_000;

  private final UsageClient usage;
  private final InstantSource clock;

  UsageRoutes(UsageClient usage, InstantSource clock) {
    this.usage = usage;
    this.clock = clock;
  }

  List<ApiRoute> endpoints() {
    return List.of(
        ApiRoute.of("GET", "/v1/usage", NEED, "keys", "What models were used for", this::get)
            .query("from", "the first hour, such as 2030-01-31T12:00:00Z or 2030-01-31; a day ago")
            .query("to", "the end, in the same form; now")
            .query("key", "of this key alone")
            .query("tenant", "of this tenant alone")
            .query("model", "of this model alone")
            .query("by", "what sums are told apart by: some of hour,key,tenant,model; key,model")
            .query("format", "json or csv; json")
            .gives(200, "UsageList"));
  }

  /** The question, without how many lines of its answer are known. */
  private record Wish(
      long from,
      long to,
      Optional<String> key,
      Optional<String> tenant,
      Optional<String> model,
      Set<By> by) {}

  private CompletionStage<HttpResponse> get(Call call) {
    String format = call.query("format").orElse("json");
    if (!format.equals("json") && !format.equals("csv")) {
      throw Refusal.of(ErrorCode.INVALID_REQUEST, "format is json or csv", "format");
    }
    Wish wish = wish(call);
    return lines(asked(wish, call.caller()), List.of())
        .thenApply(all -> seen(all, wish, call.caller()))
        .thenApply(
            lines ->
                format.equals("csv")
                    ? Replies.bytes(ContentTypes.TEXT_CSV_UTF8, UsageViews.csv(lines, wish.by()))
                    : Replies.json(200, UsageViews.json(lines, wish.from(), wish.to(), wish.by())));
  }

  /**
   * Of somebody who does not see every model, by model in any case: sums hide which are in them.
   */
  private static Wish asked(Wish wish, Caller caller) {
    if (caller.seesAll()) {
      return wish;
    }
    Set<By> by = EnumSet.of(By.MODEL);
    by.addAll(wish.by());
    return new Wish(wish.from(), wish.to(), wish.key(), wish.tenant(), wish.model(), by);
  }

  /** The lines of models that the caller may know of, as it wanted them summed up. */
  private static List<Line> seen(List<Line> lines, Wish wish, Caller caller) {
    if (caller.seesAll()) {
      return lines;
    }
    Map<Line, Count> sums = new LinkedHashMap<>();
    for (Line line : lines) {
      if (sees(caller, line.model())) {
        String model = wish.by().contains(By.MODEL) ? line.model() : "";
        Line of = new Line(line.hour(), line.key(), line.tenant(), model, Count.NONE);
        sums.merge(of, line.count(), Count::plus);
      }
    }
    return sums.entrySet().stream()
        .map(
            sum -> {
              Line of = sum.getKey();
              return new Line(of.hour(), of.key(), of.tenant(), of.model(), sum.getValue());
            })
        .toList();
  }

  /** What was asked of no model that exists names none. */
  private static boolean sees(Caller caller, String model) {
    return model.isEmpty() || ModelName.parse(model).filter(caller::sees).isPresent();
  }

  private Wish wish(Call call) {
    Instant now = clock.instant();
    long from = hour(time(call, "from").orElse(now.minus(SHOWN)));
    Instant end = time(call, "to").orElse(now);
    long to = hour(end) + (end.truncatedTo(ChronoUnit.HOURS).equals(end) ? 0 : 1);
    if (from >= to) {
      throw Refusal.of(ErrorCode.INVALID_REQUEST, "from is before to; correct one of them", "from");
    }
    Caller caller = call.caller();
    boolean seesOthers = caller.scopes().contains(Scope.ADMIN);
    Optional<String> key = call.query("key");
    if (!seesOthers && key.filter(asked -> !asked.equals(caller.key())).isPresent()) {
      throw notOthers("key");
    }
    Optional<String> tenant = call.query("tenant");
    if (caller.tenant().isPresent()
        && tenant.filter(asked -> !asked.equals(caller.tenant().get())).isPresent()) {
      throw notOthers("tenant");
    }
    return new Wish(
        from,
        to,
        seesOthers ? key : Optional.of(caller.key()),
        caller.tenant().isPresent() ? caller.tenant() : tenant,
        call.query("model"),
        by(call));
  }

  private static Refusal notOthers(String parameter) {
    return Refusal.of(
        ErrorCode.NOT_ALLOWED,
        "this key may not see what others used; leave out '%s', or use an administrator's key"
            .formatted(parameter),
        parameter);
  }

  private static Set<By> by(Call call) {
    Set<By> by = EnumSet.noneOf(By.class);
    for (String word : call.query("by").orElse("key,model").split(",", -1)) {
      By one =
          List.of(By.values()).stream()
              .filter(known -> known.name().toLowerCase(Locale.ROOT).equals(word.strip()))
              .findFirst()
              .orElseThrow(
                  () ->
                      Refusal.of(
                          ErrorCode.INVALID_REQUEST,
                          "by is some of hour,key,tenant,model, with commas between",
                          "by"));
      by.add(one);
    }
    return by;
  }

  private static Optional<Instant> time(Call call, String name) {
    return call.query(name)
        .map(
            raw -> {
              try {
                return raw.contains("T")
                    ? Instant.parse(raw)
                    : LocalDate.parse(raw).atStartOfDay(ZoneOffset.UTC).toInstant();
              } catch (DateTimeException e) {
                throw Refusal.of(
                    ErrorCode.INVALID_REQUEST,
                    name + " is a time such as 2030-01-31T12:00:00Z, or a day such as 2030-01-31",
                    name);
              }
            });
  }

  private static long hour(Instant at) {
    return Math.floorDiv(at.getEpochSecond(), Duration.ofHours(1).toSeconds());
  }

  /** With those that are known, and all behind them. */
  private CompletionStage<List<Line>> lines(Wish wish, List<Line> known) {
    return usage
        .read(
            replyTo ->
                new UsageProtocol.Read(
                    wish.from(),
                    wish.to(),
                    wish.key(),
                    wish.tenant(),
                    wish.model(),
                    wish.by(),
                    known.size(),
                    replyTo))
        .thenCompose(
            page -> {
              List<Line> all = new ArrayList<>(known);
              all.addAll(page.lines());
              if (!page.more() || page.lines().isEmpty()) {
                return CompletableFuture.completedStage(all);
              }
              if (all.size() >= MOST_LINES) {
                throw Refusal.of(
                    ErrorCode.INVALID_REQUEST,
                    "these are more than %d lines; ask for a shorter time, or by less"
                        .formatted(MOST_LINES));
              }
              return lines(wish, all);
            });
  }
}
