package io.remuda.node.front;

import io.remuda.node.instance.Upstream;
import io.remuda.protocol.bytes.KeptConnections;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpConnectOptions;
import io.vertx.core.http.PoolOptions;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;

/**
 * The ways to engines, for each event loop that calls its own: a connection then lives on the loop
 * of the client it serves, and no byte changes threads on its way. All of it ends with the loop.
 */
final class EngineClients {

  /** How often connections that were idle or silent for too long are looked for. */
  private static final long TIDY_MILLIS = 500;

  private final FrontSettings settings;
  private final ThreadLocal<Loop> loops = new ThreadLocal<>();

  /** What one event loop has. */
  private final class Loop {
    private final HttpClientAgent client;
    private final Map<URI, KeptConnections> engines = new HashMap<>();

    private Loop(Vertx vertx) {
      client =
          vertx
              .httpClientBuilder()
              .with(options())
              .with(pool())
              // The call that suffers from a broken connection says so; a log line adds nothing.
              .withConnectHandler(connection -> connection.exceptionHandler(e -> {}))
              .build();
      vertx.setPeriodic(TIDY_MILLIS, id -> tidy());
    }

    private KeptConnections to(URI base) {
      KeptConnections kept = engines.get(base);
      return kept == null ? engines.computeIfAbsent(base, this::made) : kept;
    }

    private KeptConnections made(URI base) {
      return new KeptConnections(
          client,
          new HttpConnectOptions()
              .setHost(base.getHost())
              .setPort(Upstream.port(base))
              .setSsl(Upstream.isEncrypted(base))
              .setConnectTimeout(settings.connectTimeout().toMillis()),
          settings.maxConnections(),
          settings.keepAlive(),
          settings.silenceTimeout());
    }

    private void tidy() {
      // Engines come and go, each with an address of its own.
      KeptConnections.tidy(engines, System.nanoTime());
    }
  }

  EngineClients(FrontSettings settings) {
    this.settings = settings;
  }

  /** The calling event loop's connections to the engine at {@code base}. */
  KeptConnections to(URI base, Vertx vertx) {
    return here(vertx).to(base);
  }

  /** The calling event loop's client for requests beside calls, of which there are few. */
  HttpClientAgent beside(Vertx vertx) {
    return here(vertx).client;
  }

  private Loop here(Vertx vertx) {
    Loop loop = loops.get();
    if (loop == null) {
      loop = new Loop(vertx);
      loops.set(loop);
    }
    return loop;
  }

  private HttpClientOptions options() {
    return new HttpClientOptions()
        .setHttp2ClearTextUpgrade(false)
        .setKeepAlive(true)
        .setPipelining(false)
        .setTcpNoDelay(true)
        .setKeepAliveTimeout((int) Math.max(1, settings.keepAlive().toSeconds()))
        .setConnectTimeout((int) settings.connectTimeout().toMillis())
        .setMaxHeaderSize(64 * 1024)
        .setDecompressionSupported(false);
  }

  private PoolOptions pool() {
    return new PoolOptions()
        .setHttp1MaxSize(settings.maxConnections())
        .setMaxWaitQueueSize(0)
        .setCleanerPeriod(500);
  }
}
