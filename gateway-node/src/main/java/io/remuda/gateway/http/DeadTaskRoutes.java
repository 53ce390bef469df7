package io.remuda.gateway.http;

import akka.http.javadsl.model.HttpResponse;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.remuda.gateway.auth.Need;
import io.remuda.gateway.tasks.TaskDesk;
import io.remuda.protocol.AccessProtocol.Scope;
import io.remuda.protocol.id.TaskId;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Tasks that were given up, of all tenants, for administrators: looked at, run again, dropped. */
final class DeadTaskRoutes {

  private static final Need NEED = Need.oneOf(Scope.ADMIN);
  private static final int PAGE = 100;
  private static final int LARGEST_PAGE = 1_000;

  private final TaskDesk desk;

  DeadTaskRoutes(TaskDesk desk) {
    this.desk = desk;
  }

  List<ApiRoute> endpoints() {
    String tag = "tasks";
    return List.of(
        ApiRoute.of(
                "GET", "/v1/tasks/dead", NEED, tag, "Tasks given up, the oldest first", this::list)
            .query(
                "limit",
                "at most so many, 1 to 1000; 100 when left out. Fewer come when reading them takes"
                    + " long")
            .gives(200, "DeadTaskList"),
        ApiRoute.of(
                "POST",
                "/v1/tasks/dead/{id}/retry",
                NEED,
                tag,
                "Run a task again that was given up",
                this::retry)
            .gives(202, "TaskChange"),
        ApiRoute.of(
                "DELETE",
                "/v1/tasks/dead/{id}",
                NEED,
                tag,
                "Forget a task that was given up",
                this::drop)
            .gives(200, "TaskChange"));
  }

  private CompletionStage<HttpResponse> list(Call call) {
    int limit = (int) call.number("limit", PAGE, 1, LARGEST_PAGE);
    return TaskRoutes.told(desk.givenUp().list(limit))
        .thenApply(dead -> Replies.json(200, Json.list(dead, TaskViews::dead)));
  }

  private CompletionStage<HttpResponse> retry(Call call) {
    TaskId id = TaskRoutes.id(call);
    return TaskRoutes.told(desk.givenUp().retry(id)).thenApply(done -> changed(202, id, "QUEUED"));
  }

  private CompletionStage<HttpResponse> drop(Call call) {
    TaskId id = TaskRoutes.id(call);
    return TaskRoutes.told(desk.givenUp().drop(id)).thenApply(done -> changed(200, id, "DROPPED"));
  }

  private static HttpResponse changed(int status, TaskId id, String state) {
    ObjectNode json = Json.object();
    json.put("id", id.value());
    json.put("state", state);
    return Replies.json(status, json);
  }
}
