package io.remuda.node.sdk.host;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Message;
import io.remuda.node.sdk.Model;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** How a message becomes an answer. Blocks its caller, for at most the model's time-out. */
interface Calls {

  /**
   * The answer, of the right type and within the limit of its size.
   *
   * @param call is told how to end it, unless others wait for the same work, and how far it is
   */
  Message answer(Message input, OpenCall call) throws CallFailed, InterruptedException;

  /** Each message alone. */
  static Calls alone(Model<Message, Message> model, Workers workers, Answer right, Limits limits) {
    return (input, call) -> {
      Workers.Work<Message> work = workers.start(() -> right.checked(model.predict(input, call)));
      call.begun(work::interrupt);
      return await(work.outcome(), limits.timeout(), work::abandon);
    };
  }

  /** What came of {@code outcome} in time; {@code giveUp} is run when the time was up. */
  static <T> T await(CompletableFuture<T> outcome, Duration limit, Runnable giveUp)
      throws CallFailed, InterruptedException {
    try {
      return outcome.get(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      giveUp.run();
      throw new CallFailed(
          504, "the model did not answer within " + limit.toMillis() + " ms and was given up");
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      Throwable thrown = cause == null ? e : cause;
      if (!(thrown instanceof InterruptedException)) {
        // Else it was asked to end, and its author need not wonder why.
        HostLog.failure(thrown);
      }
      throw CallFailed.by(thrown);
    }
  }

  /**
   * What an answer has to be.
   *
   * @param type of the message
   * @param maxBytes it may have when it is written
   */
  record Answer(Descriptor type, long maxBytes) {

    Message checked(@Nullable Message answer) throws CallFailed {
      if (answer == null) {
        throw new CallFailed(500, "the model failed: it gave no answer, but null");
      }
      if (!answer.getDescriptorForType().equals(type)) {
        throw new CallFailed(
            500,
            "the model failed: it gave a "
                + answer.getDescriptorForType().getFullName()
                + " and not a "
                + type.getFullName());
      }
      long size = answer.getSerializedSize();
      if (size > maxBytes) {
        throw CallFailed.forGood(
            "the model's answer has "
                + size
                + " bytes, at most "
                + maxBytes
                + " are passed on; ask for less, or raise max-output-mib of the deployment");
      }
      return answer;
    }
  }
}
