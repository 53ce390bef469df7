package io.remuda.gateway.http;

import io.remuda.gateway.routing.RouteSnapshot;
import io.remuda.gateway.tasks.TaskDesk;
import io.remuda.gateway.tasks.TaskWaiting;
import io.remuda.gateway.tasks.WebhookPolicy;
import io.remuda.gateway.typed.TypedModels;
import io.remuda.protocol.proto.task.TaskRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * What the API needs to speak of durable tasks.
 *
 * @param webhooks says which addresses a client may name
 */
public record TaskApi(TaskDesk desk, TypedModels models, WebhookPolicy webhooks, BatchApi batches) {

  /** What a webhook is sent of an ended task. */
  public byte[] hookBody(TaskRecord record) {
    return new TaskViews(models).hook(record);
  }

  List<ApiRoute> endpoints(
      Supplier<RouteSnapshot> known, Settling.Pause pause, OpenStreams streams, Duration patience) {
    TaskIntake intake = new TaskIntake(models, known, desk.settings(), webhooks);
    TaskWaiting waiting = new TaskWaiting(desk, pause::of);
    TaskViews views = new TaskViews(models);
    TaskStream stream = new TaskStream(waiting, views, pause, streams, patience);
    List<ApiRoute> all = new ArrayList<>();
    all.addAll(new TaskRoutes(intake, desk, waiting, views, stream).endpoints());
    all.addAll(new DeadTaskRoutes(desk).endpoints());
    all.addAll(batches.endpoints());
    return all;
  }
}
