package io.remuda.gateway;

import akka.actor.typed.ActorSystem;
import com.typesafe.config.Config;
import io.remuda.gateway.auth.EdgeKeys;
import io.remuda.gateway.edge.EdgeServer;
import io.remuda.gateway.edge.EdgeSettings;
import io.remuda.gateway.edge.InferenceHandler;
import io.remuda.gateway.http.ApiServer;
import io.remuda.protocol.config.HostPort;
import io.remuda.protocol.config.StartRefused;
import io.remuda.protocol.metrics.MetricNames;
import io.remuda.protocol.tls.PublicTls;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import kamon.Kamon;
import kamon.metric.MeasurementUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The gateway's public port: the edge, with the API behind it on a port of this machine's own, or
 * the API alone.
 */
final class PublicDoor {

  private static final Logger LOG = LoggerFactory.getLogger(PublicDoor.class);

  private static final String LOOPBACK = "127.0.0.1";
  private static final int SECRET_BYTES = 32;

  private final GatewaySettings settings;
  private final Optional<PublicTls> tls;
  private final Optional<String> secret;
  private Optional<ApiServer> api = Optional.empty();

  /** Closed; what is wrong with the certificate is told at once. */
  PublicDoor(GatewaySettings settings) {
    this.settings = settings;
    this.tls = settings.tls().map(PublicDoor::publicTls);
    this.secret = settings.edge() ? Optional.of(randomSecret()) : Optional.empty();
  }

  private static PublicTls publicTls(PublicTlsSettings settings) {
    return PublicTls.open(
        settings.certificate(),
        settings.key(),
        InstantSource.system(),
        Kamon.gauge(MetricNames.CERTIFICATE_LEFT, MeasurementUnit.time().seconds())
                .withTag("of", "public")
            ::update);
  }

  private static String randomSecret() {
    byte[] bytes = new byte[SECRET_BYTES];
    new SecureRandom().nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  /** By which the API knows the edge; empty where there is none. */
  Optional<String> secret() {
    return secret;
  }

  /** Looks at the certificate from now on: a renewed one is used without a restart. */
  void watch(ScheduledExecutorService timers) {
    tls.ifPresent(
        shown -> {
          LOG.info("event=public-certificate {}", shown.describe());
          long millis = settings.tls().orElseThrow().lookInterval().toMillis();
          var unused =
              timers.scheduleWithFixedDelay(shown::look, millis, millis, TimeUnit.MILLISECONDS);
        });
  }

  /**
   * Opens it, and adds to {@code shutdown} what closes it: who waits is answered first, and not cut
   * off when the time for draining is over.
   *
   * @param parts of the API, with {@link #secret()}
   * @return where it listens, with the port that was taken
   */
  HostPort open(
      ActorSystem<Void> system,
      Config config,
      ApiServer.Parts parts,
      InferenceHandler handler,
      EdgeKeys keys,
      Shutdown shutdown) {
    HostPort wanted = settings.address();
    ApiServer server =
        opened(
            settings.edge()
                ? ApiServer.start(system, LOOPBACK, 0, parts)
                : ApiServer.start(system, wanted.host(), wanted.port(), parts, tls),
            wanted);
    shutdown.add("api", server::close);
    api = Optional.of(server);
    InetSocketAddress inner = server.address();
    int port =
        secret
            .map(word -> new EdgeServer.Inner(inner, word))
            .map(behind -> edge(config, handler, keys, behind, shutdown))
            .orElseGet(inner::getPort);
    shutdown.addClosing("shadows", handler::endShadows);
    shutdown.addClosing("waiting-room", handler.waitingRoom());
    return wanted.withPort(port);
  }

  private int edge(
      Config config,
      InferenceHandler handler,
      EdgeKeys keys,
      EdgeServer.Inner behind,
      Shutdown shutdown) {
    HostPort wanted = settings.address();
    EdgeServer edge =
        opened(
            EdgeServer.start(
                EdgeSettings.from(config, wanted.host(), wanted.port()),
                handler,
                keys,
                Optional.of(behind),
                tls.map(
                    shown ->
                        new EdgeServer.Encryption(
                            shown, settings.tls().orElseThrow().handshakeTimeout()))),
            wanted);
    shutdown.add("edge", edge::close);
    return edge.port();
  }

  /** Health says from now on that it is to end. */
  void announceStop() {
    api.ifPresent(ApiServer::announceStop);
  }

  /** As clients write it. */
  String url(HostPort address) {
    return PublicTlsSettings.scheme(settings.tls()) + address;
  }

  private <T> T opened(CompletionStage<T> opening, HostPort wanted) {
    try {
      return opening
          .toCompletableFuture()
          .get(settings.startTimeout().toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StartRefused("The start was interrupted.", e);
    } catch (ExecutionException | TimeoutException e) {
      throw new StartRefused(
          "The gateway cannot listen on "
              + wanted
              + " ("
              + (e.getCause() == null ? e : e.getCause()).getMessage()
              + "); end what uses the port, or give another one with --port.",
          e);
    }
  }
}
