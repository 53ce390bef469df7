package io.remuda.gateway.edge;

import io.remuda.gateway.routing.PrefixIndex;
import io.remuda.gateway.routing.Routes;
import io.remuda.gateway.routing.WaitingRoom;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;

/**
 * Answers requests to models, whichever server received them: finds an instance, tries the next one
 * as long as nothing has been sent, passes the answer on as it comes, and never ends in silence.
 *
 * <p>Blocks nowhere and asks no actor, but for the instance of a lease that no route tells of yet.
 * Everything about one request happens on its loop; the handler itself is shared by all of them.
 */
public final class InferenceHandler {

  private final Routes routes;
  private final Ports ports;
  private final InferenceSettings settings;
  private final RequestMetrics metrics;
  private final WaitingRoom waitingRoom;
  private final FirstTokens firstTokens;
  private final Translations translations;
  private final LeaseDirectory leases;
  private final LooseAliases looseAliases;
  private final PrefixIndex prefixes;
  private final Outcomes outcomes;
  private final RecentRequests recent;
  private final Shadows shadows;
  private final Metering metering;

  /**
   * @param timers answer held requests whose time is over
   * @param translations for requests to typed models
   */
  public InferenceHandler(
      Routes routes,
      Ports ports,
      InferenceSettings settings,
      RequestMetrics metrics,
      ScheduledExecutorService timers,
      Translations translations) {
    this(routes, ports, settings, metrics, timers, translations, LeaseDirectory.NONE);
  }

  /** One that lets everybody in. */
  public InferenceHandler(
      Routes routes,
      Ports ports,
      InferenceSettings settings,
      RequestMetrics metrics,
      ScheduledExecutorService timers,
      Translations translations,
      LeaseDirectory leases) {
    this(routes, ports, settings, metrics, timers, translations, leases, Metering.NONE);
  }

  /**
   * @param leases asked for the instance of a lease that no route tells of yet
   * @param metering lets requests in, and counts them
   */
  public InferenceHandler(
      Routes routes,
      Ports ports,
      InferenceSettings settings,
      RequestMetrics metrics,
      ScheduledExecutorService timers,
      Translations translations,
      LeaseDirectory leases,
      Metering metering) {
    this.metering = metering;
    this.routes = routes;
    this.ports = ports;
    this.settings = settings;
    this.metrics = metrics;
    this.waitingRoom =
        new WaitingRoom(
            routes,
            settings.waiting(),
            settings.admission().waitingPerTenant(),
            settings.waitingRest(),
            timers);
    this.prefixes = new PrefixIndex(settings.routing().indexEntries());
    this.shadows = new Shadows(settings.shadows(), timers, this::copy, metrics);
    this.recent = new RecentRequests(settings.recentRequests());
    this.outcomes = new Outcomes(settings.routing(), metrics);
    this.firstTokens = new FirstTokens(settings.firstTokenWindow());
    this.translations = translations;
    this.leases = leases;
    this.looseAliases = new LooseAliases(settings.leavingWait());
    routes.onChange(looseAliases::settled);
  }

  /**
   * Starts the work on {@code request}; to be called on its loop. The call that comes back tells
   * that the client has gone, or reads too slowly.
   */
  public AnswerInProgress handle(ClientRequest request, AnswerSink sink) {
    return start(new Inference(this, request, sink, Optional.of(shadows)));
  }

  /** One that is never copied itself. */
  private AnswerInProgress copy(ClientRequest request, AnswerSink sink) {
    return start(new Inference(this, request, sink, Optional.empty()));
  }

  private static AnswerInProgress start(Inference inference) {
    inference.start();
    return inference;
  }

  /**
   * How long a request is held, as far as its client has a say; empty when it has not said it so
   * that it can be read.
   *
   * @param seconds what the client asked for, if it did
   */
  public Optional<Duration> waitBudget(@Nullable String seconds) {
    if (seconds == null) {
      return Optional.empty();
    }
    try {
      Duration wanted = Duration.ofMillis((long) (Double.parseDouble(seconds.strip()) * 1000));
      return Optional.of(
          wanted.isNegative()
              ? Duration.ZERO
              : wanted.compareTo(settings.maxWait()) > 0 ? settings.maxWait() : wanted);
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  Routes routes() {
    return routes;
  }

  Ports ports() {
    return ports;
  }

  /** How soon streams lately began. */
  public FirstTokens firstTokens() {
    return firstTokens;
  }

  InferenceSettings settings() {
    return settings;
  }

  RequestMetrics metrics() {
    return metrics;
  }

  Translations translations() {
    return translations;
  }

  LeaseDirectory leases() {
    return leases;
  }

  /** What instances know of requests already. */
  PrefixIndex prefixes() {
    return prefixes;
  }

  /** No request is copied any more, and copies under way end; the ways to instances may close. */
  public void endShadows() {
    shadows.close();
  }

  /** What became of the last requests. */
  public RecentRequests recent() {
    return recent;
  }

  Outcomes outcomes() {
    return outcomes;
  }

  Metering metering() {
    return metering;
  }

  LooseAliases looseAliases() {
    return looseAliases;
  }

  /** Where requests wait that no instance takes now. */
  public WaitingRoom waitingRoom() {
    return waitingRoom;
  }
}
