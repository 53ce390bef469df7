package io.remuda.node.duty;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.netty.buffer.ByteBuf;
import io.remuda.node.task.TypedModel;
import io.remuda.node.task.TypedModel.Rejected;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.bytes.InferenceSink;
import io.remuda.protocol.task.ResultSequence;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntConsumer;

/**
 * Collects one answer, up to a limit. What a model says of its own failure is not passed on, for it
 * may hold the input; what it says of an input that it refuses, or of a failure that no second try
 * would mend, is for the client that sent it.
 */
final class PredictAnswer implements InferenceSink {
  private static final int SENTENCE = 1_000;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final CompletableFuture<ByteString> answer;
  private final long limit;
  private final String form;
  private final IntConsumer progress;
  private int percent;
  private ByteString.Output collected = ByteString.newOutput();
  private int status;
  private String type = "";
  private boolean forGood;
  private boolean sent;

  /**
   * @param limit bytes
   * @param form that the answer must have: a word of its content type
   * @param progress told how far it is, at each change
   */
  PredictAnswer(
      CompletableFuture<ByteString> answer, long limit, String form, IntConsumer progress) {
    this.answer = answer;
    this.limit = limit;
    this.form = form;
    this.progress = progress;
  }

  @Override
  public void onSent() {
    sent = true;
  }

  @Override
  public void onProgress(int now) {
    if (now != percent && !answer.isDone()) {
      percent = now;
      progress.accept(now);
    }
  }

  /** Tasks go where the registry says, whatever the load. */
  @Override
  public void onLoad(int requests) {}

  /** It could not be begun: all slots of the model are taken. */
  static final class Busy extends TypedModel.Failed {
    private static final long serialVersionUID = 1L;

    Busy() {
      super("the model answered with status 503");
    }
  }

  @Override
  public void onHead(int code, List<Map.Entry<String, String>> headers) {
    status = code;
    for (Map.Entry<String, String> header : headers) {
      if (header.getKey().equalsIgnoreCase("content-type")) {
        type = header.getValue().toLowerCase(Locale.ROOT);
      } else if (header.getKey().equalsIgnoreCase("x-should-retry")) {
        forGood = header.getValue().equals("false");
      }
    }
  }

  @Override
  public void onBytes(ByteBuf bytes) {
    try {
      if (answer.isDone()) {
        return;
      }
      byte[] copy = new byte[bytes.readableBytes()];
      bytes.readBytes(copy);
      if (collected.size() + (long) copy.length > limit) {
        answer.completeExceptionally(
            new Rejected(
                ErrorCode.TOO_LARGE.code(),
                "the model's answer has more bytes than the "
                    + limit
                    + " of remuda.tasks.max-result-size"));
        collected = ByteString.newOutput();
        return;
      }
      collected.write(copy, 0, copy.length);
    } finally {
      bytes.release();
    }
  }

  @Override
  public void onEnd() {
    if (status == 200 && type.contains(form)) {
      whole(collected.toByteString());
    } else if (status == 200) {
      fail("the model answered with " + type + " and not with " + form);
    } else if (status == 406) {
      answer.completeExceptionally(new Rejected(ErrorCode.NOT_ACCEPTABLE.code(), sentence()));
    } else if (status == 400 || status == 413 || status == 415 || status == 422) {
      answer.completeExceptionally(new Rejected(ErrorCode.INVALID_REQUEST.code(), sentence()));
    } else if (status == 503) {
      answer.completeExceptionally(new Busy());
    } else if (forGood) {
      answer.completeExceptionally(new Rejected(ErrorCode.ENGINE_FAILED.code(), sentence()));
    } else {
      fail("the model answered with status " + status);
    }
  }

  private void whole(ByteString bytes) {
    if (type.contains("protobuf-seq")) {
      many(bytes);
      return;
    }
    if (!form.equals("json")) {
      answer.complete(bytes);
      return;
    }
    try (JsonParser parser = JSON.createParser(bytes.newInput())) {
      JSON.readTree(parser);
      answer.complete(bytes);
    } catch (IOException e) {
      // It is shown inside of other JSON, so that it must be whole.
      fail("the model answered with broken JSON");
    }
  }

  private void many(ByteString bytes) {
    try {
      answer.complete(ResultSequence.of(bytes));
    } catch (InvalidProtocolBufferException e) {
      fail("the model ended its answers in the middle of a message");
    }
  }

  @Override
  public void onFailure(Refused reason, boolean safeToRetry) {
    if (!sent) {
      answer.completeExceptionally(new TypedModel.NotBegun(reason.message()));
      return;
    }
    fail(
        reason.code() == ErrorCode.ENGINE_FAILED
            ? "the model threw an exception"
            : reason.message());
  }

  private void fail(String sentence) {
    answer.completeExceptionally(new TypedModel.Failed(sentence));
  }

  /** In plain text, or as the message of an error in OpenAI's shape. */
  private String sentence() {
    String text = collected.toByteString().toString(StandardCharsets.UTF_8).strip();
    if (type.contains("json")) {
      text = message(text);
    }
    return text.isEmpty()
        ? "the model refused the input with status " + status
        : text.substring(0, Math.min(text.length(), SENTENCE));
  }

  private static String message(String json) {
    try {
      return JSON.readTree(json).path("error").path("message").asText();
    } catch (JsonProcessingException e) {
      return "";
    }
  }
}
