package io.remuda.gateway.tasks;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.net.TrustOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;

/**
 * Sends one delivery. The host's address is looked up once, checked, and that very address is
 * called, so that a name cannot mean another machine a moment later; redirects are not followed.
 */
final class WebhookCall implements AutoCloseable {

  /** Finds the addresses of a host; may block. */
  interface Lookup {
    InetAddress[] of(String host) throws UnknownHostException;
  }

  private final Vertx vertx;
  private final HttpClient client;
  private final WebhookPolicy policy;
  private final Lookup lookup;
  private final Duration timeout;

  WebhookCall(WebhookPolicy policy, WebhookSettings settings, Lookup lookup) {
    this(policy, settings, lookup, Optional.empty());
  }

  /**
   * Calls https too.
   *
   * @param trust in place of the certificates that Java trusts
   */
  WebhookCall(
      WebhookPolicy policy, WebhookSettings settings, Lookup lookup, Optional<TrustOptions> trust) {
    this.policy = policy;
    this.lookup = lookup;
    this.timeout = settings.timeout();
    this.vertx =
        Vertx.vertx(
            new VertxOptions()
                // Its copies of files out of jars would lie about after a kill; none is read here.
                .setFileSystemOptions(
                    new FileSystemOptions()
                        .setFileCachingEnabled(false)
                        .setClassPathResolvingEnabled(false))
                .setEventLoopPoolSize(1)
                .setWorkerPoolSize(2)
                .setInternalBlockingPoolSize(2));
    HttpClientOptions options =
        new HttpClientOptions()
            .setConnectTimeout((int) timeout.toMillis())
            .setKeepAlive(false)
            .setMaxHeaderSize(16 * 1024)
            .setDecompressionSupported(false)
            // The name that was asked for, not the address that was found for it.
            .setVerifyHost(true);
    trust.ifPresent(options::setTrustOptions);
    this.client =
        vertx.createHttpClient(
            options, new PoolOptions().setHttp1MaxSize(settings.atOnce()).setMaxWaitQueueSize(64));
  }

  /** The status that came back; fails when none did, or when the address may not be called. */
  CompletionStage<Integer> post(URI url, byte[] body, Map<String, String> headers) {
    boolean secure = url.getScheme().toLowerCase(Locale.ROOT).equals("https");
    int port = url.getPort() >= 0 ? url.getPort() : secure ? 443 : 80;
    String host = url.getHost();
    return vertx
        .executeBlocking(() -> address(host), false)
        .timeout(timeout)
        .recover(failure -> Future.failedFuture(explained(host, failure)))
        .compose(
            address -> {
              RequestOptions options =
                  new RequestOptions()
                      .setServer(SocketAddress.inetSocketAddress(port, address.getHostAddress()))
                      .setMethod(HttpMethod.POST)
                      .setHost(host)
                      .setPort(port)
                      .setSsl(secure)
                      .setURI(pathOf(url))
                      .setTimeout(timeout.toMillis());
              headers.forEach(options::addHeader);
              return client.request(options);
            })
        .compose(request -> request.send(Buffer.buffer(body)))
        .compose(
            response -> {
              int status = response.statusCode();
              // Whatever it says beyond its status is nothing to us.
              response.exceptionHandler(failure -> {});
              response.request().connection().close().onComplete(closed -> {});
              return Future.succeededFuture(status);
            })
        .toCompletionStage();
  }

  private Throwable explained(String host, Throwable failure) {
    return failure instanceof TimeoutException
        ? new IOException(
            "the address of %s was not found within %s".formatted(host, timeout), failure)
        : failure;
  }

  private InetAddress address(String host) throws Exception {
    String name = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    InetAddress[] all = lookup.of(name);
    if (!policy.mayBePrivate(host)) {
      for (InetAddress address : all) {
        if (!PublicAddress.is(address)) {
          throw new SecurityException(
              host
                  + " lies at the private address "
                  + address.getHostAddress()
                  + "; remuda.gateway.tasks.webhooks.private-hosts would allow it");
        }
      }
    }
    return all[0];
  }

  private static String pathOf(URI url) {
    String path = url.getRawPath() == null || url.getRawPath().isEmpty() ? "/" : url.getRawPath();
    return url.getRawQuery() == null ? path : path + "?" + url.getRawQuery();
  }

  @Override
  public void close() {
    client.close();
    vertx.close();
  }
}
