package io.remuda.gateway.auth;

import io.remuda.protocol.config.StartRefused;
import io.remuda.protocol.task.ServerTrust;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** Where an issuer's public keys are read, each time anew. */
interface JwksSource {

  /** The whole text; fails within the limit of one reading. */
  CompletionStage<String> read();

  /**
   * The one that the settings name, and no other, whatever a token or an answer says.
   *
   * @param threads on which files are read and answers arrive
   */
  static JwksSource of(OidcSettings.Jwks settings, Executor threads) {
    return settings.isFile() ? file(settings, threads) : https(settings, threads);
  }

  private static JwksSource file(OidcSettings.Jwks settings, Executor threads) {
    Path file = Path.of(settings.address());
    return () ->
        CompletableFuture.supplyAsync(() -> text(file, settings.limit()), threads)
            .orTimeout(settings.refreshTimeout().toMillis(), TimeUnit.MILLISECONDS);
  }

  /** What is in the file. */
  static String text(Path file, int limit) {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(limit);
      if (in.read() >= 0) {
        throw LimitedBody.tooLarge(limit);
      }
      return new String(bytes, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("it cannot be read: " + e, e);
    }
  }

  private static JwksSource https(OidcSettings.Jwks settings, Executor threads) {
    HttpClient client;
    try {
      client =
          HttpClient.newBuilder()
              .sslContext(
                  ServerTrust.context(settings.authorities(), "remuda.gateway.oidc.jwks-ca"))
              .followRedirects(HttpClient.Redirect.NEVER)
              .connectTimeout(settings.refreshTimeout())
              .executor(threads)
              .build();
    } catch (IllegalArgumentException e) {
      throw new StartRefused(String.valueOf(e.getMessage()), e);
    }
    HttpRequest request =
        HttpRequest.newBuilder(settings.address())
            .timeout(settings.refreshTimeout())
            .header("accept", "application/json, application/jwk-set+json")
            .build();
    return () -> {
      CompletableFuture<HttpResponse<String>> sent =
          client.sendAsync(request, head -> new LimitedBody(settings.limit()));
      CompletableFuture<String> read =
          sent.thenApply(JwksSource::body)
              .orTimeout(settings.refreshTimeout().toMillis(), TimeUnit.MILLISECONDS);
      // A server that drips is left, too; the request's own limit ends with its header.
      return read.whenComplete(
          (text, failure) -> {
            if (failure != null) {
              sent.cancel(true);
            }
          });
    };
  }

  private static String body(HttpResponse<String> answer) {
    if (answer.statusCode() != 200) {
      throw new IllegalStateException("it answers " + answer.statusCode() + " and not 200");
    }
    return answer.body();
  }
}
