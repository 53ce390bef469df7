package io.remuda.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import akka.Done;
import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.ManualTime;
import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.japi.Pair;
import akka.stream.BoundedSourceQueue;
import akka.stream.QueueOfferResult;
import akka.stream.javadsl.BidiFlow;
import akka.stream.javadsl.Flow;
import akka.stream.javadsl.Keep;
import akka.stream.javadsl.Sink;
import akka.stream.javadsl.SinkQueueWithCancel;
import akka.stream.javadsl.Source;
import akka.util.ByteString;
import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.testing.Eventually;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A connection whose next header has its time, with a clock that the test moves. */
class HeaderDeadlineTest {

  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final Duration FIRST = Duration.ofSeconds(10);
  private static final Duration KEPT = Duration.ofSeconds(30);

  private final ActorTestKit kit =
      ActorTestKit.create(
          "header-deadline",
          ManualTime.config()
              .withFallback(ConfigFactory.parseString("akka.actor.provider = local"))
              .withFallback(ConfigFactory.load()));
  private final ManualTime time = ManualTime.get(kit.system());

  /** A request that is being read waits for it. */
  private volatile CompletionStage<Boolean> allowed = CompletableFuture.completedStage(true);

  private final CompletableFuture<Boolean> reading = new CompletableFuture<>();

  /** Whoever answers waits for it, and is told when it seems that the client has gone. */
  private volatile CompletionStage<HttpResponse> answer =
      CompletableFuture.completedStage(HttpResponse.create());

  private final CompletableFuture<Boolean> answering = new CompletableFuture<>();
  private volatile boolean gone;

  private final BoundedSourceQueue<HttpRequest> requests;
  private final SinkQueueWithCancel<HttpResponse> answers;

  HeaderDeadlineTest() {
    Flow<HttpRequest, HttpResponse, ?> api =
        Flow.<HttpRequest>create()
            .watchTermination(
                (none, done) -> {
                  done.whenComplete((ended, failure) -> gone = true);
                  return none;
                })
            .mapAsync(
                1,
                request -> {
                  answering.complete(true);
                  return answer;
                });
    Pair<BoundedSourceQueue<HttpRequest>, SinkQueueWithCancel<HttpResponse>> connection =
        Source.<HttpRequest>queue(8)
            .map(this::read)
            .via(BidiFlow.fromGraph(new HeaderDeadline(FIRST, KEPT)).join(api))
            .toMat(Sink.queue(), Keep.both())
            .run(kit.system());
    requests = connection.first();
    answers = connection.second();
  }

  private HttpRequest read(HttpRequest request) {
    reading.complete(true);
    allowed.toCompletableFuture().join();
    return request;
  }

  @AfterEach
  void stop() {
    kit.shutdownTestKit();
  }

  private void send() {
    assertThat(requests.offer(HttpRequest.create())).isEqualTo(QueueOfferResult.enqueued());
  }

  /** Empty where the connection was closed. */
  private Optional<HttpResponse> next() throws Exception {
    return get(answers.pull());
  }

  private static <T> T get(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
  }

  private void exchange() throws Exception {
    send();
    assertThat(next()).isPresent();
  }

  /** When exactly the time begins is not seen from here. */
  private void closesWithin(Duration limit) {
    CompletableFuture<Optional<HttpResponse>> closed = answers.pull().toCompletableFuture();
    Eventually.isTrue(
        "it is closed",
        LIMIT,
        () -> {
          time.timePasses(limit);
          return closed.isDone();
        });
    assertThat(closed.join()).isEmpty();
  }

  @Test
  void aConnectionWithoutAHeaderIsClosed() {
    closesWithin(FIRST);
  }

  @Test
  void aRequestThatComesAsTheTimeEndsIsAnsweredAndItsConnectionKept() throws Exception {
    CompletableFuture<Boolean> isRead = new CompletableFuture<>();
    allowed = isRead;
    send();
    get(reading);

    // when the time ends before anybody can see that the request is there
    time.timePasses(FIRST.plusSeconds(1));
    isRead.complete(true);

    // then it is answered, and so is the next one
    assertThat(next()).isPresent();
    exchange();
    assertThat(gone).isFalse();
  }

  @Test
  void aConnectionIsKeptForTheNextHeaderAndNoLonger() throws Exception {
    exchange();
    time.timePasses(KEPT.minusMillis(1));
    exchange();

    time.timePasses(KEPT);

    assertThat(next()).isEmpty();
  }

  @Test
  void anAnswerThatIsUnderWayKeepsItsConnection() throws Exception {
    CompletableFuture<HttpResponse> late = new CompletableFuture<>();
    answer = late;
    send();
    get(answering);

    time.timePasses(KEPT.multipliedBy(10));
    late.complete(HttpResponse.create());

    assertThat(next()).isPresent();
    exchange();
  }

  @Test
  void aStreamedAnswerIsOverWithItsLastByte() throws Exception {
    CompletableFuture<ByteString> last = new CompletableFuture<>();
    answer =
        CompletableFuture.completedStage(
            HttpResponse.create()
                .withEntity(
                    HttpEntities.createChunked(
                        ContentTypes.APPLICATION_OCTET_STREAM, Source.completionStage(last))));
    send();
    HttpResponse streamed = next().orElseThrow();
    CompletionStage<Done> written =
        streamed.entity().getDataBytes().runWith(Sink.ignore(), kit.system());

    // while it is written, there is no time for the next header
    time.timePasses(KEPT.multipliedBy(10));
    answer = CompletableFuture.completedStage(HttpResponse.create());
    exchange();
    time.timePasses(KEPT.multipliedBy(10));
    exchange();

    last.complete(ByteString.fromString("the end"));
    get(written);
    closesWithin(KEPT);
  }

  @Test
  void aClientThatSendsNoMoreIsStillAnswered() throws Exception {
    CompletableFuture<HttpResponse> late = new CompletableFuture<>();
    answer = late;
    send();
    get(answering);
    requests.complete();
    Eventually.isTrue("it is seen", LIMIT, () -> gone);

    late.complete(HttpResponse.create());

    assertThat(next()).isPresent();
    assertThat(next()).isEmpty();
  }
}
