package io.remuda.deploy.task;

import static io.remuda.deploy.task.TaskStage.LIMIT;
import static io.remuda.deploy.task.TaskStage.get;
import static io.remuda.deploy.task.TaskStage.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.remuda.gateway.task.DeadTask;
import io.remuda.node.task.Consumption;
import io.remuda.node.task.TaskWorker;
import io.remuda.node.task.Verdict;
import io.remuda.protocol.id.TaskId;
import io.remuda.protocol.proto.task.TaskEnvelope;
import io.remuda.protocol.proto.task.TaskState;
import io.remuda.protocol.task.TaskNames;
import io.remuda.protocol.testing.Eventually;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What every queue does with tasks that it gave up. A server may hold letters of other tests, too.
 */
@Tag("server")
abstract class DeadLettersContract {

  TaskStage stage;

  /** Where the queue and the store are. */
  abstract Map<String, ?> places();

  @BeforeEach
  void open() {
    stage = TaskStage.open(places());
  }

  @AfterEach
  void close() {
    stage.close();
  }

  @Test
  void whoListsGetsNoPayloads() {
    TaskEnvelope task = givenUp("a payload that may be large").get(0);

    DeadTask listed = letter(task);

    assertThat(listed.task()).isEqualTo(task.toBuilder().clearPayload().build());
  }

  @Test
  void eachIsBuriedHoweverManyThereAre() {
    Set<TaskId> given = ids(givenUp("a", "b", "c", "d", "e", "f", "g"));

    // when looks are taken that are smaller than what there is
    List<TaskId> buried = buryAll(3);

    // then each was buried, and stays for the operator, and is not buried again
    assertThat(buried).containsAll(given);
    assertThat(listed()).containsAll(given);
    assertThat(buryAll(3)).doesNotContainAnyElementsOf(given);
  }

  @Test
  void aBurialThatFailedIsTriedAgain() {
    List<TaskEnvelope> tasks = givenUp("fails", "does not");
    TaskId failing = id(tasks.get(0));

    assertThatThrownBy(
            () ->
                get(
                    stage
                        .queue()
                        .bury(
                            1_000,
                            dead ->
                                dead.task().getTaskId().equals(failing.value())
                                    ? CompletableFuture.failedStage(
                                        new IllegalStateException("the store is away"))
                                    : done())))
        .isInstanceOf(AssertionError.class);

    // A broker may take a moment to put back what was not buried.
    List<TaskId> buried = new ArrayList<>();
    Eventually.isTrue(
        "it is tried again",
        LIMIT,
        () -> {
          buried.addAll(buryAll(1_000));
          return buried.contains(failing);
        });
    assertThat(buried).doesNotContain(id(tasks.get(1)));
  }

  @Test
  void aRetryHoldsThoughABurialOfBeforeComesLate() {
    // given a gateway that is about to write down the end of a task
    TaskEnvelope task = givenUp("wanted").get(0);
    DeadTask letter = letter(task);

    // when an operator is faster
    get(stage.desk(stage.queue()).givenUp().retry(id(task)));
    TaskState state = bury(letter);

    // then the task runs
    assertThat(state).isEqualTo(TaskState.QUEUED);
    try (TaskStage.Machine machine = stage.machine();
        TaskWorker worker = machine.work(TaskContract.CAPITALS)) {
      assertThat(stage.awaitEnd(task).getResult().toStringUtf8()).isEqualTo("WANTED");
      Eventually.isTrue("nothing is under way", LIMIT, () -> worker.inFlight() == 0);
    }
    assertThat(listed()).doesNotContain(id(task));
  }

  @Test
  void aRetriedTaskThatIsGivenUpAgainEnds() {
    TaskEnvelope task = givenUp("hopeless").get(0);
    get(stage.desk(stage.queue()).givenUp().retry(id(task)));
    giveUp(List.of(), List.of(task));

    assertThat(bury(letter(task))).isEqualTo(TaskState.FAILED);
    assertThat(stage.read(task).orElseThrow().getErrorCode()).isEqualTo(TaskNames.DEAD_LETTERED);

    // and it can be retried again
    get(stage.desk(stage.queue()).givenUp().retry(id(task)));
    assertThat(stage.read(task).orElseThrow().getState()).isEqualTo(TaskState.QUEUED);
  }

  private TaskState bury(DeadTask letter) {
    return get(
        stage
            .results()
            .bury(id(letter.task()), letter.task().getRevivals(), letter.reason(), Instant.now()));
  }

  /** A broker may take a moment to put back what was listed before. */
  private DeadTask letter(TaskEnvelope task) {
    return Eventually.find(
        "its letter is there",
        LIMIT,
        () ->
            get(stage.queue().dead(1_000)).stream()
                .filter(dead -> dead.task().getTaskId().equals(task.getTaskId()))
                .findFirst());
  }

  /** Tasks that a worker gives up without a word in their records. */
  List<TaskEnvelope> givenUp(String... payloads) {
    return giveUp(List.of(payloads), List.of());
  }

  private List<TaskEnvelope> giveUp(List<String> payloads, List<TaskEnvelope> queued) {
    List<TaskEnvelope> tasks = new ArrayList<>(queued);
    try (TaskStage.Machine machine = stage.machine();
        Consumption consumption =
            machine
                .source()
                .consume(
                    stage.model,
                    stage.fingerprint,
                    8,
                    delivery ->
                        CompletableFuture.completedStage(Verdict.dead("it cannot be done")))) {
      for (String payload : payloads) {
        tasks.add(stage.accept(stage.task(payload)));
      }
      Eventually.isTrue("all are given up", LIMIT, () -> listed().containsAll(ids(tasks)));
      Eventually.isTrue("none is under way", LIMIT, () -> consumption.inFlight() == 0);
    }
    return tasks;
  }

  List<TaskId> buryAll(int look) {
    List<TaskId> buried = new ArrayList<>();
    boolean more = true;
    while (more) {
      more =
          get(
              stage
                  .queue()
                  .bury(
                      look,
                      dead -> {
                        synchronized (buried) {
                          // Others' letters may have no id.
                          TaskId.parse(dead.task().getTaskId()).ifPresent(buried::add);
                        }
                        return done();
                      }));
    }
    return buried;
  }

  List<TaskId> listed() {
    return get(stage.queue().dead(1_000)).stream()
        .flatMap(dead -> TaskId.parse(dead.task().getTaskId()).stream())
        .toList();
  }

  static Set<TaskId> ids(List<TaskEnvelope> tasks) {
    return tasks.stream().map(TaskStage::id).collect(Collectors.toSet());
  }

  private static CompletionStage<Void> done() {
    return CompletableFuture.completedStage(null);
  }
}
