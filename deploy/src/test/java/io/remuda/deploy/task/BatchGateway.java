package io.remuda.deploy.task;

import static io.remuda.deploy.task.TaskStage.get;

import com.google.protobuf.ByteString;
import io.remuda.gateway.batches.BatchDesk;
import io.remuda.gateway.batches.BatchDriver;
import io.remuda.gateway.batches.BatchLine;
import io.remuda.gateway.batches.BatchSettings;
import io.remuda.gateway.batches.LineAnswer;
import io.remuda.gateway.batches.LineWork;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.proto.batch.BatchProblem;
import io.remuda.protocol.proto.batch.BatchStatus;
import io.remuda.protocol.proto.task.TaskRecord;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * A process that is a gateway and drives batches, until it is killed or its input ends. It says how
 * many lines of one batch have their answers, and when that batch has ended.
 */
final class BatchGateway {

  static final String ANSWERED = "answered ";
  static final String ENDED = "ended ";

  private static final int LOOK_MILLIS = 10;

  private BatchGateway() {}

  /**
   * Arguments: fingerprint, batch, how many tasks a worker in this process may run (0: there is one
   * elsewhere), and settings as key=value.
   */
  public static void main(String[] arguments) {
    Orders.open();
    String batch = arguments[1];
    int runs = Integer.parseInt(arguments[2]);
    TaskStage stage = TaskStage.open(settings(arguments, 3), arguments[0]);
    if (runs > 0) {
      stage.machine().work(new HeldModel(runs));
    }
    var timers = Executors.newScheduledThreadPool(2);
    BatchSettings settings = BatchSettings.from(stage.config());
    BatchDesk desk =
        new BatchDesk(stage::backends, settings, InstantSource.system(), new SecureRandom());
    timers.scheduleWithFixedDelay(
        () -> tell(stage, desk, batch), LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    BatchDriver.start(
        stage::backends,
        stage.desk(stage.queue()),
        new Lines(stage),
        settings,
        timers,
        InstantSource.system(),
        "gateway-" + ProcessHandle.current().pid());
  }

  /** Settings as arguments. */
  static List<String> words(Map<String, ?> settings) {
    return settings.entrySet().stream().map(each -> each.getKey() + "=" + each.getValue()).toList();
  }

  static Map<String, String> settings(String[] words, int from) {
    return Arrays.stream(words)
        .skip(from)
        .map(word -> word.split("=", 2))
        .collect(Collectors.toMap(word -> word[0], word -> word[1]));
  }

  private static void tell(TaskStage stage, BatchDesk desk, String batch) {
    try {
      // Its lines' answers are taken away when its files are there, so these are read first.
      int answered = get(stage.shelf().marks(batch)).size();
      BatchStatus status = get(desk.batch(stage.tenant(), batch)).getStatus();
      if (status == BatchStatus.IN_PROGRESS) {
        System.out.println(ANSWERED + answered);
      } else if (status != BatchStatus.VALIDATING && status != BatchStatus.FINALIZING) {
        System.out.println(ENDED + status);
      }
    } catch (AssertionError e) {
      System.out.println("no answer yet: " + e.getMessage());
    }
  }

  /** Lines whose bodies are the model's input as they are. */
  private record Lines(TaskStage stage) implements LineWork {

    @Override
    public Optional<Refused> check(String endpoint, Predicate<ModelName> sees) {
      return Optional.empty();
    }

    @Override
    public Optional<BatchProblem> check(BatchLine line, Predicate<ModelName> sees) {
      return Optional.empty();
    }

    @Override
    public Prepared prepare(BatchLine line) {
      return new Task(stage.model, stage.fingerprint, ByteString.copyFrom(line.body()));
    }

    @Override
    public Optional<LineAnswer> done(TaskRecord record) {
      return Optional.of(new LineAnswer(200, record.getResult().toByteArray()));
    }
  }
}
