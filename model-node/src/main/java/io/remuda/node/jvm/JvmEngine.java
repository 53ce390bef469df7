package io.remuda.node.jvm;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.bytes.InferenceCall;
import io.remuda.protocol.bytes.InferencePort;
import io.remuda.protocol.bytes.InferenceRequest;
import io.remuda.protocol.bytes.InferenceSink;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * An engine without HTTP: answers the same paths as an engine that speaks OpenAI's API, from a
 * model in this JVM, in the shapes that strict clients want. Works on the caller's loop, a piece at
 * a time, and has no thread of its own; a call that is paused or cancelled makes no further piece.
 *
 * <p>Chat models answer {@code /v1/chat/completions}, {@code /v1/completions} and {@code
 * /v1/embeddings}; typed ones any path that ends in {@code /predict} or holds {@code /predict/},
 * with JSON or {@code application/x-protobuf}.
 */
public final class JvmEngine implements InferencePort {
  private static final String JSON = "application/json";
  private static final String PROTOBUF = "application/x-protobuf";

  private final JvmModel model;
  private final String alias;
  private final Clock clock;
  private final Duration pace;

  /**
   * @param alias the name that answers carry
   * @param pace between two pieces of a stream; zero for as fast as they are read
   */
  public JvmEngine(JvmModel model, String alias, Clock clock, Duration pace) {
    this.model = model;
    this.alias = alias;
    this.clock = clock;
    this.pace = pace;
  }

  public JvmModel model() {
    return model;
  }

  @Override
  public InferenceCall call(InferenceRequest request, InferenceSink sink) {
    Call call = new Call(request.loop(), sink);
    // The body is the caller's; it is copied before this returns.
    byte[] body = new byte[request.body().readableBytes()];
    request.body().getBytes(request.body().readerIndex(), body);
    request.loop().execute(() -> call.guarded(() -> answer(request, body, call)));
    return call;
  }

  private void answer(InferenceRequest request, byte[] body, Call call) {
    String path = request.path();
    int query = path.indexOf('?');
    String plain = query < 0 ? path : path.substring(0, query);
    try {
      if (request.method().equals("GET") && plain.equals("/health")) {
        call.whole(200, JSON, "{\"status\":\"ok\"}");
      } else if (request.method().equals("GET") && plain.equals("/v1/models")) {
        call.whole(200, JSON, OpenAiShapes.models(alias, seconds()));
      } else if (model instanceof TypedModel typed && plain.matches("(.*/)?predict(/.*)?")) {
        predict(typed, request, body, call);
      } else if (model instanceof ChatModel chat && plain.equals("/v1/embeddings")) {
        ChatRequests.Embeddings wanted = ChatRequests.embeddings(body);
        call.whole(200, JSON, OpenAiShapes.embeddings(alias, chat, wanted));
      } else if (model instanceof ChatModel chat && plain.equals("/v1/chat/completions")) {
        generate(
            chat, ChatRequests.chat(body), new OpenAiShapes(alias, true, request, seconds()), call);
      } else if (model instanceof ChatModel chat && plain.equals("/v1/completions")) {
        generate(
            chat,
            ChatRequests.completion(body),
            new OpenAiShapes(alias, false, request, seconds()),
            call);
      } else {
        throw new BadCall(
            ErrorCode.NOT_SUPPORTED,
            "model "
                + alias
                + " runs in the JVM and does not offer this path; it is "
                + model.description());
      }
    } catch (BadCall e) {
      call.whole(e.code().status(), JSON, OpenAiShapes.error(e.code(), e.sentence()));
    }
  }

  private long seconds() {
    return clock.instant().getEpochSecond();
  }

  private void generate(ChatModel chat, ChatRequests.Chat wanted, OpenAiShapes shapes, Call call) {
    Iterator<String> pieces = chat.answer(wanted.conversation(), wanted.sampling());
    int promptTokens =
        wanted.conversation().stream().mapToInt(turn -> chat.count(turn.text())).sum();
    Generation generation = new Generation(pieces, wanted, promptTokens);
    if (!wanted.stream()) {
      StringBuilder text = new StringBuilder();
      while (generation.advance()) {
        text.append(generation.piece());
      }
      call.whole(200, JSON, shapes.whole(text.toString(), generation));
      return;
    }
    call.head(200, "text/event-stream; charset=utf-8");
    shapes.opening().ifPresent(call::event);
    call.pieces(generation, shapes, pace);
  }

  private static void predict(TypedModel typed, InferenceRequest request, byte[] body, Call call)
      throws BadCall {
    String type = header(request, "content-type").split(";", 2)[0].strip();
    boolean binary = type.equals(PROTOBUF) || type.equals("application/protobuf");
    try {
      Message.Builder builder = typed.input().newBuilderForType();
      if (binary) {
        builder.mergeFrom(body);
      } else {
        JsonFormat.parser().merge(new String(body, StandardCharsets.UTF_8), builder);
      }
      Message answer = typed.answer(builder.build());
      boolean binaryAnswer = binary || header(request, "accept").contains(PROTOBUF);
      if (binaryAnswer) {
        call.whole(200, PROTOBUF, answer.toByteArray());
      } else {
        call.whole(
            200,
            JSON,
            JsonFormat.printer()
                .alwaysPrintFieldsWithNoPresence()
                .omittingInsignificantWhitespace()
                .print(answer));
      }
    } catch (InvalidProtocolBufferException e) {
      throw new BadCall(
          ErrorCode.INVALID_REQUEST,
          "the body is not a "
              + typed.input().getDescriptorForType().getFullName()
              + ": "
              + e.getMessage());
    } catch (IllegalArgumentException e) {
      throw new BadCall(ErrorCode.INVALID_REQUEST, String.valueOf(e.getMessage()));
    }
  }

  private static String header(InferenceRequest request, String name) {
    return request.headers().stream()
        .filter(each -> each.getKey().equals(name))
        .map(each -> each.getValue().toLowerCase(Locale.ROOT))
        .findFirst()
        .orElse("");
  }

  /** One call; everything in it happens on its loop. */
  private static final class Call implements InferenceCall {
    private final Executor loop;
    private final InferenceSink sink;
    private boolean over;
    private boolean paused;
    private boolean headSent;
    private Runnable waiting = () -> {};

    Call(Executor loop, InferenceSink sink) {
      this.loop = loop;
      this.sink = sink;
    }

    @Override
    public void cancel() {
      over = true;
      waiting = () -> {};
    }

    @Override
    public void pause() {
      paused = true;
    }

    @Override
    public void resume() {
      paused = false;
      Runnable next = waiting;
      waiting = () -> {};
      next.run();
    }

    /** A bug in a model ends its call with an error, never in silence. */
    void guarded(Runnable step) {
      if (over) {
        return;
      }
      try {
        step.run();
      } catch (RuntimeException e) {
        over = true;
        sink.onFailure(
            Refused.of(ErrorCode.ENGINE_FAILED, "the model failed inside the JVM: " + e),
            !headSent);
      }
    }

    void head(int status, String contentType) {
      headSent = true;
      sink.onHead(status, List.of(Map.entry("content-type", contentType)));
    }

    void event(String json) {
      bytes(("data: " + json + "\n\n").getBytes(StandardCharsets.UTF_8));
    }

    private void bytes(byte[] bytes) {
      if (!over) {
        ByteBuf buffer = Unpooled.wrappedBuffer(bytes);
        sink.onBytes(buffer);
      }
    }

    void whole(int status, String contentType, String body) {
      whole(status, contentType, body.getBytes(StandardCharsets.UTF_8));
    }

    void whole(int status, String contentType, byte[] body) {
      headSent = true;
      sink.onHead(
          status,
          List.of(
              Map.entry("content-type", contentType),
              Map.entry("content-length", Integer.toString(body.length))));
      bytes(body);
      end();
    }

    void end() {
      if (!over) {
        over = true;
        sink.onEnd();
      }
    }

    void pieces(Generation generation, OpenAiShapes shapes, Duration pace) {
      if (over) {
        return;
      }
      if (paused) {
        waiting = () -> guarded(() -> pieces(generation, shapes, pace));
        return;
      }
      if (generation.advance()) {
        event(shapes.piece(generation.piece()));
        later(() -> guarded(() -> pieces(generation, shapes, pace)), pace);
        return;
      }
      event(shapes.closing(generation));
      if (generation.wanted().includeUsage()) {
        event(shapes.usage(generation));
      }
      bytes("data: [DONE]\n\n".getBytes(StandardCharsets.UTF_8));
      end();
    }

    private void later(Runnable step, Duration pace) {
      if (pace.isZero()) {
        loop.execute(step);
      } else {
        CompletableFuture.delayedExecutor(pace.toNanos(), TimeUnit.NANOSECONDS, loop).execute(step);
      }
    }
  }
}
