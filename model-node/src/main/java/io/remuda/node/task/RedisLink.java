package io.remuda.node.task;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.SslOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.lettuce.core.resource.Delay;
import io.remuda.protocol.task.ServerTrust;
import io.remuda.protocol.task.TaskScripts;
import io.remuda.protocol.task.TaskSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way to Redis: made in the background and made anew whenever it is lost. While there is none,
 * commands fail at once; every command ends within the time-out. A server that lets one of them
 * time out counts as away until it answers a PING, although the connection is open.
 */
final class RedisLink implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(RedisLink.class);
  private static final Duration QUIET = Duration.ZERO;
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(2);

  private final RedisURI address;
  private final TaskSettings settings;
  private final ClientResources resources;
  private final RedisClient client;
  private volatile @Nullable StatefulRedisConnection<String, byte[]> connection;
  private volatile String trouble = "it is being connected to";
  private final AtomicBoolean silent = new AtomicBoolean();
  private volatile boolean closed;

  private RedisLink(RedisURI address, TaskSettings settings) {
    this.address = address;
    this.settings = settings;
    this.resources =
        DefaultClientResources.builder()
            .reconnectDelay(
                Delay.fullJitter(
                    settings.reconnectMin(),
                    settings.reconnectMax(),
                    settings.reconnectMin().toMillis(),
                    TimeUnit.MILLISECONDS))
            .build();
    this.client = RedisClient.create(resources);
    ClientOptions.Builder options =
        ClientOptions.builder()
            .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
            .timeoutOptions(TimeoutOptions.enabled(settings.timeout()));
    if (address.isSsl()) {
      options.sslOptions(
          SslOptions.builder().trustManager(ServerTrust.managers(settings.caFile())).build());
    }
    client.setOptions(options.build());
  }

  /** Returns at once; throws IllegalArgumentException for an address that is none. */
  static RedisLink open(String uri, TaskSettings settings) {
    RedisURI address;
    try {
      address = RedisURI.create(uri);
    } catch (RuntimeException e) {
      throw new IllegalArgumentException(
          "remuda.tasks.results is no address of a Redis: " + TaskSettings.withoutSecrets(uri), e);
    }
    address.setTimeout(settings.timeout());
    RedisLink link = new RedisLink(address, settings);
    link.connect(settings.reconnectMin());
    return link;
  }

  /** Empty while it is connected and answers; else why it does not. */
  Optional<String> health() {
    StatefulRedisConnection<String, byte[]> held = connection;
    if (held == null) {
      return Optional.of("the result store does not answer: " + trouble);
    }
    if (!held.isOpen()) {
      return Optional.of("the result store has closed the connection; it is being made anew");
    }
    return silent.get()
        ? Optional.of(
            "the result store has not answered within "
                + settings.timeout().toMillis()
                + " ms (remuda.tasks.timeout); it is asked on")
        : Optional.empty();
  }

  /** Commands over the connection; fails when there is none. */
  <T> CompletionStage<T> ask(Asked<T> asked) {
    StatefulRedisConnection<String, byte[]> held = connection;
    if (held == null) {
      return CompletableFuture.failedStage(
          new IOException("the result store does not answer: " + trouble));
    }
    try {
      return asked
          .of(held.async())
          .whenComplete(
              (answer, failure) -> {
                if (failure != null
                    && unwrapped(failure) instanceof RedisCommandTimeoutException
                    && silent.compareAndSet(false, true)) {
                  LOG.warn("event=result-store-silent limit={}", settings.timeout());
                  ping(held);
                }
              });
    } catch (RuntimeException e) {
      return CompletableFuture.failedStage(e);
    }
  }

  /** Asks until there is an answer, over whichever connection the client then has. */
  private void ping(StatefulRedisConnection<String, byte[]> held) {
    if (closed) {
      return;
    }
    held.async()
        .ping()
        .whenComplete(
            (pong, failure) -> {
              if (failure == null) {
                silent.set(false);
                LOG.info("event=result-store-answers");
              } else {
                after(settings.reconnectMin(), () -> ping(held));
              }
            });
  }

  /** Something asked of Redis. */
  interface Asked<T> {
    CompletionStage<T> of(RedisAsyncCommands<String, byte[]> commands);
  }

  /** Runs a script, which is sent in full only when the server does not know it yet. */
  <T> CompletionStage<T> run(
      TaskScripts.Script script, ScriptOutputType output, String[] keys, String... arguments) {
    return run(script, output, keys, bytes(arguments));
  }

  <T> CompletionStage<T> run(
      TaskScripts.Script script, ScriptOutputType output, String[] keys, byte[][] arguments) {
    return this.<T>ask(commands -> commands.evalsha(script.digest(), output, keys, arguments))
        .exceptionallyCompose(
            failure ->
                unwrapped(failure) instanceof RedisNoScriptException
                    ? ask(commands -> commands.eval(script.text(), output, keys, arguments))
                    : CompletableFuture.failedStage(failure));
  }

  @Override
  public void close() {
    closed = true;
    client.shutdown(QUIET, CLOSE_LIMIT);
    var unused = resources.shutdown(0, CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** The first connection; those after it are the client's own business. */
  private void connect(Duration pause) {
    if (closed) {
      return;
    }
    client
        .connectAsync(RedisCodec.of(StringCodec.UTF8, ByteArrayCodec.INSTANCE), address)
        .whenComplete(
            (made, failure) -> {
              if (failure == null) {
                connection = made;
                return;
              }
              trouble = reason(failure);
              LOG.warn("event=result-store-away reason={}", trouble);
              Duration next = pause.multipliedBy(2);
              after(
                  pause,
                  () ->
                      connect(
                          next.compareTo(settings.reconnectMax()) > 0
                              ? settings.reconnectMax()
                              : next));
            });
  }

  private static void after(Duration pause, Runnable work) {
    CompletableFuture.delayedExecutor(pause.toMillis(), TimeUnit.MILLISECONDS).execute(work);
  }

  private static String reason(Throwable failure) {
    Optional<String> distrust = ServerTrust.distrust(failure, ServerTrust.TASKS_CA);
    if (distrust.isPresent()) {
      return distrust.get();
    }
    Throwable cause = unwrapped(failure);
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return TaskSettings.withoutSecrets(
        cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage());
  }

  private static Throwable unwrapped(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }

  private static byte[][] bytes(String... values) {
    return Arrays.stream(values)
        .map(value -> value.getBytes(StandardCharsets.UTF_8))
        .toArray(byte[][]::new);
  }
}
