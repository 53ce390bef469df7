package io.remuda.gateway.http;

import akka.Done;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.ResponseEntity;
import akka.stream.Attributes;
import akka.stream.BidiShape;
import akka.stream.Inlet;
import akka.stream.Outlet;
import akka.stream.javadsl.Source;
import akka.stream.stage.AbstractInHandler;
import akka.stream.stage.AbstractOutHandler;
import akka.stream.stage.AsyncCallback;
import akka.stream.stage.GraphStage;
import akka.stream.stage.GraphStageLogic;
import akka.stream.stage.TimerGraphStageLogic;
import akka.util.ByteString;
import java.time.Duration;

/**
 * The time that each connection has for the header of each request: akka-http itself has none, so
 * that a client that sends a byte now and then would hold a connection for ever. What runs out of
 * it is closed without a word, after the answers that are under way.
 *
 * <p>A request that has come is answered, and its connection kept, although the time ends at the
 * same moment: one place sees requests, answers and the time, one after the other, and a time that
 * a request was ahead of is over for nobody.
 */
final class HeaderDeadline
    extends GraphStage<BidiShape<HttpRequest, HttpRequest, HttpResponse, HttpResponse>> {

  private static final String NEXT_HEADER = "next-header";

  private final Duration first;
  private final Duration kept;
  private final Inlet<HttpRequest> requestIn = Inlet.create("HeaderDeadline.requestIn");
  private final Outlet<HttpRequest> requestOut = Outlet.create("HeaderDeadline.requestOut");
  private final Inlet<HttpResponse> answerIn = Inlet.create("HeaderDeadline.answerIn");
  private final Outlet<HttpResponse> answerOut = Outlet.create("HeaderDeadline.answerOut");
  private final BidiShape<HttpRequest, HttpRequest, HttpResponse, HttpResponse> shape =
      BidiShape.of(requestIn, requestOut, answerIn, answerOut);

  /**
   * @param first from the moment that a connection was taken
   * @param kept from the end of an answer
   */
  HeaderDeadline(Duration first, Duration kept) {
    this.first = first;
    this.kept = kept;
  }

  @Override
  public BidiShape<HttpRequest, HttpRequest, HttpResponse, HttpResponse> shape() {
    return shape;
  }

  @Override
  public GraphStageLogic createLogic(Attributes attributes) {
    return new Connection();
  }

  /** One connection. */
  private final class Connection extends TimerGraphStageLogic {

    private final AsyncCallback<Done> streamed = createAsyncCallback(done -> over());

    /** Requests whose answer is not over. */
    private int open;

    Connection() {
      super(shape);
      setHandler(requestIn, new Requests());
      setHandler(requestOut, new Wanted());
      setHandler(answerIn, new Answers());
      setHandler(answerOut, new Told());
    }

    @Override
    public void preStart() {
      scheduleOnce(NEXT_HEADER, first);
    }

    @Override
    public void onTimer(Object name) {
      if (open == 0) {
        cancel(requestIn);
        complete(requestOut);
      }
    }

    /** The next request may have come before the last answer was over. */
    private void over() {
      open--;
      if (open == 0 && !isClosed(requestIn)) {
        scheduleOnce(NEXT_HEADER, kept);
      }
    }

    /** An answer that is not at hand is over with its last byte. */
    private HttpResponse followed(HttpResponse answer) {
      ResponseEntity entity = answer.entity();
      if (entity.isStrict()) {
        over();
        return answer;
      }
      return answer.withEntity(
          rebuilt(
              entity,
              entity
                  .getDataBytes()
                  .watchTermination(
                      (any, done) -> {
                        done.whenComplete((ended, failure) -> streamed.invoke(Done.getInstance()));
                        return any;
                      })));
    }

    private final class Requests extends AbstractInHandler {
      @Override
      public void onPush() {
        open++;
        cancelTimer(NEXT_HEADER);
        push(requestOut, grab(requestIn));
      }

      /** The client sends no more; it is still answered. */
      @Override
      public void onUpstreamFinish() {
        cancelTimer(NEXT_HEADER);
        complete(requestOut);
      }
    }

    private final class Wanted extends AbstractOutHandler {
      @Override
      public void onPull() {
        if (!isClosed(requestIn)) {
          pull(requestIn);
        }
      }

      @Override
      public void onDownstreamFinish(Throwable cause) {
        cancelTimer(NEXT_HEADER);
        cancel(requestIn, cause);
      }
    }

    private final class Answers extends AbstractInHandler {
      @Override
      public void onPush() {
        push(answerOut, followed(grab(answerIn)));
      }

      @Override
      public void onUpstreamFinish() {
        complete(answerOut);
      }
    }

    private final class Told extends AbstractOutHandler {
      @Override
      public void onPull() {
        pull(answerIn);
      }

      @Override
      public void onDownstreamFinish(Throwable cause) {
        cancel(answerIn, cause);
      }
    }
  }

  private static ResponseEntity rebuilt(ResponseEntity like, Source<ByteString, Object> bytes) {
    if (like.isDefault()) {
      return HttpEntities.create(
          like.getContentType(), like.getContentLengthOption().orElseThrow(), bytes);
    }
    return like.isChunked()
        ? HttpEntities.createChunked(like.getContentType(), bytes)
        : HttpEntities.createCloseDelimited(like.getContentType(), bytes);
  }
}
