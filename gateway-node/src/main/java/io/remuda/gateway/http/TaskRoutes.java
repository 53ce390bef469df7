package io.remuda.gateway.http;

import akka.http.javadsl.model.ContentType;
import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpResponse;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.remuda.gateway.auth.Caller;
import io.remuda.gateway.auth.Need;
import io.remuda.gateway.task.TaskRefusal;
import io.remuda.gateway.tasks.Accepted;
import io.remuda.gateway.tasks.DeskSettings;
import io.remuda.gateway.tasks.Ended;
import io.remuda.gateway.tasks.TaskDesk;
import io.remuda.gateway.tasks.TaskResults;
import io.remuda.gateway.tasks.TaskWaiting;
import io.remuda.protocol.AccessProtocol.Scope;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.id.TaskId;
import io.remuda.protocol.proto.task.TaskRecord;
import io.remuda.protocol.proto.task.TaskState;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Durable tasks: submitted, looked at, waited for, listed, cancelled. A caller sees its own alone;
 * whatever the stores do, the answer says whether the task was accepted.
 */
final class TaskRoutes {

  private static final Need NEED = Need.oneOf(Scope.INFER);
  private static final int PAGE = 20;
  private static final int LARGEST_PAGE = 100;
  private static final ContentType PROTOBUF = ContentTypes.parse("application/x-protobuf");
  private static final ContentType SEQUENCE = ContentTypes.parse("application/x-protobuf-seq");

  private final TaskIntake intake;
  private final TaskDesk desk;
  private final TaskWaiting waiting;
  private final TaskViews views;
  private final TaskStream stream;

  TaskRoutes(
      TaskIntake intake, TaskDesk desk, TaskWaiting waiting, TaskViews views, TaskStream stream) {
    this.intake = intake;
    this.desk = desk;
    this.waiting = waiting;
    this.views = views;
    this.stream = stream;
  }

  List<ApiRoute> endpoints() {
    String tag = "tasks";
    String one = "/v1/tasks/{id}";
    return List.of(
        ApiRoute.of(
                "POST",
                "/v1/models/{model}/tasks",
                NEED,
                tag,
                "Submit a durable task: the model's input, as JSON or application/x-protobuf. 202"
                    + " means that the queue has it. The header Idempotency-Key makes a second try"
                    + " find the first one's task",
                this::submit)
            .query(
                "endpoint",
                "of a model without a schema: what is asked; /v1/chat/completions when left out")
            .query("deadline", "from now, such as 90s, 5m or 7d; then the task ends EXPIRED")
            .query("ttl", "for which the result is kept, such as 24h")
            .query("webhook", "a URL that is told of the end; only of hosts that are allowed")
            .takes("TaskInput")
            .gives(202, "Task"),
        ApiRoute.of(
                "GET",
                one,
                NEED,
                tag,
                "One task with its result; with 'Accept: text/event-stream' its states as they"
                    + " come, with 'Accept: application/x-protobuf' the bare result",
                this::get)
            .query("wait", "answer when it has ended, at the latest after so long, such as 20s")
            .gives(200, "Task"),
        ApiRoute.of("DELETE", one, NEED, tag, "Cancel a task that has not ended", this::cancel)
            .gives(200, "Task"),
        ApiRoute.of("GET", "/v1/tasks", NEED, tag, "Your tasks, the newest first", this::list)
            .query("limit", "at most so many, 1 to 100; 20 when left out")
            .query("after", "the last id of the page before")
            .gives(200, "TaskList"));
  }

  /** Whose tasks a caller's are. */
  static String tenant(Caller caller) {
    return caller.equals(Caller.LOCAL) ? "public" : caller.name();
  }

  static TaskId id(Call call) {
    return TaskId.parse(call.path("id"))
        .orElseThrow(
            () ->
                Refusal.of(
                    ErrorCode.NOT_FOUND,
                    "there is no task of this id; 'GET /v1/tasks' lists yours"));
  }

  /** Failures of the desk in the words of the API. */
  static <T> CompletionStage<T> told(CompletionStage<T> stage) {
    return stage.exceptionally(
        failure -> {
          if (Refusal.causeOf(failure) instanceof Refusal refusal) {
            throw refusal;
          }
          throw Refusal.of(TaskRefusal.in(failure));
        });
  }

  private CompletionStage<HttpResponse> submit(Call call) {
    return told(intake.with(call, desk::submit)).thenApply(this::accepted);
  }

  private HttpResponse accepted(Accepted accepted) {
    HttpResponse response =
        Replies.with(
            Replies.json(202, views.task(accepted.record())),
            "Location",
            TaskViews.path(accepted.record()));
    return accepted.repeated() ? Replies.with(response, "Idempotent-Replayed", "true") : response;
  }

  private CompletionStage<HttpResponse> get(Call call) {
    TaskId id = id(call);
    String tenant = tenant(call.caller());
    DeskSettings settings = desk.settings();
    String accept = call.header("accept").orElse("");
    if (accept.contains("text/event-stream")) {
      return told(desk.read(tenant, id)).thenApply(first -> stream.of(tenant, id, first));
    }
    Optional<Duration> wait = Spans.query(call, "wait", Duration.ZERO, settings.longestWait());
    CompletionStage<TaskRecord> record =
        wait.isPresent() && !wait.get().isZero()
            ? waiting.until(tenant, id, wait.get(), found -> Ended.is(found.getState()))
            : desk.read(tenant, id);
    boolean bare = accept.contains("application/x-protobuf");
    return told(record)
        .thenApply(found -> bare ? bare(found) : Replies.json(200, views.task(found)));
  }

  /** A task without a result has nothing bare to show: its story comes as JSON. */
  private HttpResponse bare(TaskRecord record) {
    if (record.getResultExpired()) {
      throw Refusal.of(
          ErrorCode.ENDED,
          "task "
              + record.getTaskId()
              + " is DONE, and its result has outlived its time to live; a longer ?ttl= at its"
              + " submission keeps it longer");
    }
    HttpResponse response =
        record.getState() == TaskState.DONE
            ? TaskResults.sequence(record.getResult())
                .map(many -> Replies.bytes(SEQUENCE, many))
                .orElseGet(() -> Replies.bytes(PROTOBUF, record.getResult().toByteArray()))
            : Replies.json(200, views.task(record));
    return Replies.with(response, "x-remuda-task-state", record.getState().name());
  }

  private CompletionStage<HttpResponse> cancel(Call call) {
    return told(desk.cancel(tenant(call.caller()), id(call)))
        .thenApply(record -> Replies.json(200, views.task(record)));
  }

  private CompletionStage<HttpResponse> list(Call call) {
    int limit = (int) call.number("limit", PAGE, 1, LARGEST_PAGE);
    Optional<TaskId> before =
        call.query("after")
            .map(
                raw ->
                    TaskId.parse(raw)
                        .orElseThrow(
                            () ->
                                Refusal.of(
                                    ErrorCode.INVALID_REQUEST,
                                    "the query parameter 'after' is the id of a task",
                                    "after")));
    return told(desk.list(tenant(call.caller()), limit, before))
        .thenApply(
            records -> {
              ObjectNode json = Json.list(records, TaskViews::row);
              json.put("has_more", records.size() >= limit);
              json.put(
                  "last_id",
                  records.isEmpty() ? null : records.get(records.size() - 1).getTaskId());
              return Replies.json(200, json);
            });
  }
}
