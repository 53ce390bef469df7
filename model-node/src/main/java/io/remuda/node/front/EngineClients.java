package io.remuda.node.front;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.PoolOptions;
import java.util.Collections;
import java.util.Set;
import java.util.WeakHashMap;

/**
 * Clients to engines, one for each event loop that calls: a connection then lives on the loop of
 * the client it serves, and no byte changes threads on its way. A client is closed with its loop.
 */
final class EngineClients {

  private final FrontSettings settings;
  private final ThreadLocal<HttpClient> clients = new ThreadLocal<>();
  private final ThreadLocal<HttpClient> fresh = new ThreadLocal<>();
  private final ThreadLocal<Set<HttpConnection>> carriers =
      ThreadLocal.withInitial(() -> Collections.newSetFromMap(new WeakHashMap<>()));

  EngineClients(FrontSettings settings) {
    this.settings = settings;
  }

  /** The client of the calling event loop. */
  HttpClient here(Vertx vertx) {
    HttpClient client = clients.get();
    return client == null ? make(clients, vertx, options()) : client;
  }

  /** The calling loop's client for requests that need a connection nobody has used. */
  HttpClient fresh(Vertx vertx) {
    HttpClient client = fresh.get();
    return client == null ? make(fresh, vertx, options().setKeepAlive(false)) : client;
  }

  private HttpClient make(ThreadLocal<HttpClient> loops, Vertx vertx, HttpClientOptions options) {
    HttpClient client =
        vertx
            .httpClientBuilder()
            .with(options)
            .with(pool())
            // The call that suffers from a broken connection says so; a log line adds nothing.
            .withConnectHandler(connection -> connection.exceptionHandler(e -> {}))
            .build();
    loops.set(client);
    return client;
  }

  /** Whether this loop has sent a request over the connection before; notes that it does now. */
  boolean wasUsed(HttpConnection connection) {
    return !carriers.get().add(connection);
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
