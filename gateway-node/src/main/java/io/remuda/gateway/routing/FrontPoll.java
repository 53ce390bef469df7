package io.remuda.gateway.routing;

import io.remuda.protocol.Keys;
import io.remuda.protocol.Route;
import io.remuda.protocol.RouteTable;
import io.remuda.protocol.TableJson;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.tls.FleetTls;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the machines that no cluster watches for their routes over HTTP: all while the gateway is in
 * none, afterwards those that have not joined it. So a restarted engine or a new phase is seen
 * without a registry, and a machine without a network is out of sight though this gateway's cluster
 * never met it.
 */
public final class FrontPoll implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(FrontPoll.class);

  /** One answer may be lost, or late on a machine that is busy. */
  private static final int SILENT_AFTER = 2;

  private final Routes routes;
  private final String clusterKey;
  private final Predicate<MachineId> watched;
  private final Duration limit;
  private final String scheme;
  private final HttpClient client;

  /** Questions in a row that a machine has not answered. */
  private final Map<MachineId, Integer> unanswered = new HashMap<>();

  private FrontPoll(
      Routes routes,
      String clusterKey,
      Optional<FleetTls> tls,
      Predicate<MachineId> watched,
      Duration limit) {
    this.scheme = tls.isPresent() ? "https://" : "http://";
    HttpClient.Builder builder =
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(limit);
    tls.ifPresent(fleet -> builder.sslContext(fleet.lastingContext()));
    this.client = builder.build();
    this.routes = routes;
    this.clusterKey = clusterKey;
    this.watched = watched;
    this.limit = limit;
  }

  /**
   * Starts to poll every {@code interval}; the asking itself never blocks {@code timers}.
   *
   * @param watched machines of which somebody else says whether they are there
   * @param limit of one answer
   */
  public static FrontPoll start(
      Routes routes,
      String clusterKey,
      Optional<FleetTls> tls,
      Predicate<MachineId> watched,
      Duration interval,
      Duration limit,
      ScheduledExecutorService timers) {
    FrontPoll poll = new FrontPoll(routes, clusterKey, tls, watched, limit);
    var unused =
        timers.scheduleWithFixedDelay(
            poll::round, interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
    return poll;
  }

  /** Ends with the timers; nothing of its own is left. */
  @Override
  public void close() {
    // The client's threads end when nothing refers to it any more.
  }

  private void round() {
    Map<MachineId, Set<String>> fronts =
        routes.known().routes().entries().stream()
            .filter(route -> !route.phase().isFinal() && !watched.test(route.machine()))
            .collect(
                Collectors.groupingBy(
                    Route::machine, Collectors.mapping(Route::front, Collectors.toSet())));
    watch(fronts.keySet());
    fronts.forEach(this::ask);
  }

  /** Machines that are watched elsewhere are no more silent by what was seen here. */
  private synchronized void watch(Set<MachineId> machines) {
    unanswered.keySet().retainAll(machines);
    tell();
  }

  private void ask(MachineId machine, Set<String> fronts) {
    List<CompletableFuture<Boolean>> asked = fronts.stream().map(this::ask).toList();
    var unused =
        CompletableFuture.allOf(asked.toArray(CompletableFuture<?>[]::new))
            .thenRun(() -> heard(machine, asked.stream().anyMatch(CompletableFuture::join)));
  }

  /** A machine that was restarted may have had another front before. */
  private synchronized void heard(MachineId machine, boolean answered) {
    if (answered) {
      unanswered.remove(machine);
    } else if (!watched.test(machine)) {
      unanswered.merge(machine, 1, Integer::sum);
    }
    tell();
  }

  private void tell() {
    routes.silent(
        unanswered.entrySet().stream()
            .filter(each -> each.getValue() >= SILENT_AFTER)
            .map(Map.Entry::getKey)
            .collect(Collectors.toSet()));
  }

  /** Whether anything answers there. */
  private CompletableFuture<Boolean> ask(String front) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(scheme + front + "/internal/routes"))
            .timeout(limit)
            .header(Keys.CLUSTER_KEY_HEADER, clusterKey)
            .build();
    return client
        .sendAsync(request, HttpResponse.BodyHandlers.ofString())
        .handle(
            (answer, failure) -> {
              if (failure == null) {
                take(front, answer);
              } else {
                log.debug("event=front-not-polled front={} reason={}", front, failure.toString());
              }
              return failure == null;
            });
  }

  private void take(String front, HttpResponse<String> answer) {
    if (answer.statusCode() == 200) {
      try {
        routes.merge(TableJson.read(answer.body(), RouteTable.class));
      } catch (IllegalArgumentException e) {
        log.warn("event=front-not-understood front={} reason={}", front, e.toString());
      }
    }
  }
}
