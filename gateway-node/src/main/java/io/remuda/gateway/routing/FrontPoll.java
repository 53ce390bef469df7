package io.remuda.gateway.routing;

import io.remuda.protocol.Keys;
import io.remuda.protocol.RouteTable;
import io.remuda.protocol.TableJson;
import io.remuda.protocol.tls.FleetTls;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the machines that are known for their routes over HTTP while the gateway is in no cluster,
 * so that a restarted engine or a new phase is seen without a registry.
 */
public final class FrontPoll implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(FrontPoll.class);
  private static final Duration LIMIT = Duration.ofSeconds(2);

  private final Routes routes;
  private final String clusterKey;
  private final BooleanSupplier inCluster;
  private final String scheme;
  private final HttpClient client;

  private FrontPoll(
      Routes routes, String clusterKey, Optional<FleetTls> tls, BooleanSupplier inCluster) {
    this.scheme = tls.isPresent() ? "https://" : "http://";
    HttpClient.Builder builder =
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(LIMIT);
    tls.ifPresent(fleet -> builder.sslContext(fleet.lastingContext()));
    this.client = builder.build();
    this.routes = routes;
    this.clusterKey = clusterKey;
    this.inCluster = inCluster;
  }

  /** Starts to poll every {@code interval}; the asking itself never blocks {@code timers}. */
  public static FrontPoll start(
      Routes routes,
      String clusterKey,
      Optional<FleetTls> tls,
      BooleanSupplier inCluster,
      Duration interval,
      ScheduledExecutorService timers) {
    FrontPoll poll = new FrontPoll(routes, clusterKey, tls, inCluster);
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

  void round() {
    if (inCluster.getAsBoolean()) {
      return;
    }
    Set<String> fronts =
        routes.known().routes().entries().stream()
            .filter(route -> !route.phase().isFinal())
            .map(route -> route.front())
            .collect(Collectors.toSet());
    fronts.forEach(this::ask);
  }

  private void ask(String front) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(scheme + front + "/internal/routes"))
            .timeout(LIMIT)
            .header(Keys.CLUSTER_KEY_HEADER, clusterKey)
            .build();
    var unused =
        client
            .sendAsync(request, HttpResponse.BodyHandlers.ofString())
            .thenAccept(this::take)
            .exceptionally(
                e -> {
                  log.debug("event=front-not-polled front={} reason={}", front, e.toString());
                  return null;
                });
  }

  private void take(HttpResponse<String> answer) {
    if (answer.statusCode() == 200) {
      routes.merge(TableJson.read(answer.body(), RouteTable.class));
    }
  }
}
