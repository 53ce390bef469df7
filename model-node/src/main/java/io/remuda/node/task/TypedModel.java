package io.remuda.node.task;

import com.google.protobuf.ByteString;
import java.util.concurrent.CompletionStage;
import java.util.function.IntConsumer;

/**
 * A model as a worker sees it. A run that fails is tried again, up to {@code remuda.tasks.attempts}
 * times; one that fails with {@link Rejected} is not, and one with {@link NotBegun} does not count.
 */
public interface TypedModel {

  /**
   * Runs one task's input and gives its output, both in protobuf's binary form. When the stage's
   * future is cancelled nobody waits for the output any more, and the run may end.
   *
   * @param progress takes how far it is, 0 to 100
   */
  CompletionStage<ByteString> run(ByteString input, IntConsumer progress);

  /** The model came to nothing, for a reason whose words hold nothing of the input. */
  class Failed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * @param message says what failed; shown to the client, logged, kept with a dead letter
     */
    public Failed(String message) {
      super(message, null, false, false);
    }
  }

  /** The model never saw the input, as when its engine is just ending: this was no attempt. */
  final class NotBegun extends Failed {
    private static final long serialVersionUID = 1L;

    public NotBegun(String message) {
      super(message);
    }
  }

  /** The input is one that the model will never take. */
  final class Rejected extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final String code;

    /**
     * @param code as in {@code ErrorCode.code()}
     * @param message a sentence for the caller
     */
    public Rejected(String code, String message) {
      super(message);
      this.code = code;
    }

    public String code() {
      return code;
    }
  }
}
