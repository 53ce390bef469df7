package io.remuda.protocol.bytes;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.ScriptedEngine;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpConnectOptions;
import io.vertx.core.http.RequestOptions;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class KeptConnectionsTest {

  private static final Duration KEEP = Duration.ofSeconds(30);
  private static final Duration SILENCE = Duration.ofSeconds(60);
  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final int MOST = 2;

  private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
  private final Context loop = vertx.getOrCreateContext();
  private final ScriptedEngine engine =
      ScriptedEngine.start((seen, wire) -> wire.json(200, "{\"path\":\"" + seen.path() + "\"}"));
  private final KeptConnections connections = onLoop(this::made);

  @BeforeEach
  void begin() {
    assertThat(engine.openConnections()).isZero();
  }

  @AfterEach
  void close() {
    engine.close();
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  @Test
  void whatWasUsedLastGoesFirstAndKnowsThatItWasUsed() {
    KeptConnections.Kept one = take();
    KeptConnections.Kept other = take();
    assertThat(one.wasUsed()).isFalse();
    onLoop(one::giveBack);
    onLoop(other::giveBack);

    KeptConnections.Kept next = take();

    assertThat(next).isSameAs(other);
    assertThat(next.wasUsed()).isTrue();
    assertThat(take()).isSameAs(one);
  }

  @Test
  void aConnectionCarriesOneCallAfterAnother() {
    for (int i = 0; i < 3; i++) {
      KeptConnections.Kept kept = take();
      assertThat(asked(kept, "/" + i)).isEqualTo("{\"path\":\"/" + i + "\"}");
      onLoop(kept::giveBack);
    }

    assertThat(engine.openConnections()).isEqualTo(1);
  }

  @Test
  void noMoreAreOpenedThanMayBe() {
    KeptConnections.Kept one = take();
    take();

    assertThat(refused()).contains("as many connections are open as may be");
    onLoop(one::close);
    Eventually.isTrue("one is closed", LIMIT, () -> engine.openConnections() == 1);
    assertThat(take()).isNotSameAs(one);
  }

  @Test
  void oneThatNobodyUsesForTooLongIsClosed() {
    KeptConnections.Kept kept = take();
    assertThat(asked(kept, "/")).isNotEmpty();
    onLoop(kept::giveBack);
    long now = System.nanoTime();

    onLoop(() -> connections.tidy(now + KEEP.toNanos() / 2));
    assertThat(engine.openConnections()).isEqualTo(1);
    onLoop(() -> connections.tidy(now + 2 * KEEP.toNanos()));

    Eventually.isTrue("it is closed", LIMIT, () -> engine.openConnections() == 0);
    Eventually.isTrue("none is counted", LIMIT, () -> onLoop(() -> connections.tidy(now)));
  }

  @Test
  void oneThatTheOtherEndClosesIsGivenToNobody() {
    KeptConnections.Kept kept = take();
    onLoop(kept::giveBack);

    engine.die();

    Eventually.isTrue(
        "none is counted", LIMIT, () -> onLoop(() -> connections.tidy(System.nanoTime())));
    assertThat(refused()).contains("Connection refused");
  }

  @Test
  void aCallOfWhichNothingIsHeardIsToldAndOneThatIsOverIsNot() {
    AtomicInteger told = new AtomicInteger();
    KeptConnections.Kept heard = take(told::incrementAndGet);
    KeptConnections.Kept over = take(told::incrementAndGet);
    onLoop(over::giveBack);
    long now = System.nanoTime();

    onLoop(() -> connections.tidy(now + SILENCE.toNanos() / 2));
    assertThat(told).hasValue(0);
    onLoop(heard::heard);
    onLoop(() -> connections.tidy(now + 2 * SILENCE.toNanos()));
    assertThat(told).hasValue(1);
  }

  @Test
  void aCallThatIsToldOfItsSilenceMayGoOnAtAnAddressOfWhichThereWasNone() {
    Map<String, KeptConnections> all = new LinkedHashMap<>();
    CompletableFuture<KeptConnections.Kept> elsewhere = new CompletableFuture<>();
    Runnable goesOn =
        () ->
            all.computeIfAbsent("fourth", address -> made())
                .take(taker(elsewhere::complete, elsewhere::completeExceptionally, () -> {}));
    take(goesOn);
    onLoop(() -> all.put("first", connections));
    onLoop(() -> all.put("second", made()));
    onLoop(() -> all.put("third", made()));
    long late = System.nanoTime() + 2 * SILENCE.toNanos();

    onLoop(() -> KeptConnections.tidy(all, late));

    assertThat(elsewhere).succeedsWithin(LIMIT);
    assertThat(all).as("of second and third none was open").containsOnlyKeys("first", "fourth");
  }

  private KeptConnections made() {
    HttpClientAgent client = vertx.createHttpClient();
    HttpConnectOptions address =
        new HttpConnectOptions().setHost("127.0.0.1").setPort(engine.port());
    return new KeptConnections(client, address, MOST, KEEP, SILENCE);
  }

  private KeptConnections.Kept take() {
    return take(() -> {});
  }

  private KeptConnections.Kept take(Runnable silent) {
    CompletableFuture<KeptConnections.Kept> taken = new CompletableFuture<>();
    onLoop(() -> connections.take(taker(taken::complete, taken::completeExceptionally, silent)));
    return taken.join();
  }

  private String refused() {
    CompletableFuture<String> told = new CompletableFuture<>();
    onLoop(
        () ->
            connections.take(
                taker(
                    got -> told.completeExceptionally(new AssertionError("there was one")),
                    why -> told.complete(String.valueOf(why.getMessage())),
                    () -> {})));
    return told.join();
  }

  private String asked(KeptConnections.Kept kept, String path) {
    CompletableFuture<String> answer = new CompletableFuture<>();
    onLoop(
        () ->
            kept.connection()
                .request(new RequestOptions().setURI(path))
                .compose(HttpClientRequest::send)
                .compose(response -> response.body())
                .onSuccess(body -> answer.complete(body.toString()))
                .onFailure(answer::completeExceptionally));
    return answer.join();
  }

  private static KeptConnections.Taker taker(
      Consumer<KeptConnections.Kept> got, Consumer<Throwable> failed, Runnable silent) {
    return new KeptConnections.Taker() {
      @Override
      public void got(KeptConnections.Kept connection) {
        got.accept(connection);
      }

      @Override
      public void failed(Throwable why) {
        failed.accept(why);
      }

      @Override
      public void silent() {
        silent.run();
      }
    };
  }

  private void onLoop(Runnable task) {
    onLoop(
        () -> {
          task.run();
          return true;
        });
  }

  private <T> T onLoop(Supplier<T> task) {
    CompletableFuture<T> done = new CompletableFuture<>();
    loop.runOnContext(
        v -> {
          try {
            done.complete(task.get());
          } catch (RuntimeException e) {
            done.completeExceptionally(e);
          }
        });
    try {
      return done.join();
    } catch (CompletionException e) {
      throw new AssertionError(e.getCause());
    }
  }
}
