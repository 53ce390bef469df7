package io.remuda.gateway.batches;

import com.google.protobuf.ByteString;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.proto.batch.BatchProblem;
import io.remuda.protocol.proto.task.TaskRecord;
import java.util.Optional;
import java.util.function.Predicate;

/** What the lines of a batch ask for and what is answered to them. */
public interface LineWork {

  /** What is to be done for a line. */
  sealed interface Prepared {}

  /** A task for a model. */
  record Task(ModelName model, String fingerprint, ByteString payload) implements Prepared {}

  /** Nothing: its answer is known. */
  record Known(LineAnswer answer) implements Prepared {

    static Known of(Refused why) {
      return new Known(LineAnswer.refused(why.code(), why.message(), ""));
    }
  }

  /** Nothing yet, since this gateway does not know enough. */
  record Later() implements Prepared {}

  /**
   * Why lines of a batch cannot name this address; empty when they can.
   *
   * @param sees which models the caller may use
   */
  Optional<Refused> check(String endpoint, Predicate<ModelName> sees);

  /** What is wrong with a line before anything is run. */
  Optional<BatchProblem> check(BatchLine line, Predicate<ModelName> sees);

  Prepared prepare(BatchLine line);

  /** Why nothing will run for this model, whatever was submitted; empty while something may. */
  default Optional<Refused> gone(ModelName model) {
    return Optional.empty();
  }

  /**
   * The answer of a task that is DONE; empty while this gateway does not know enough to read it.
   */
  Optional<LineAnswer> done(TaskRecord record);
}
