package io.remuda.node.external;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.typesafe.config.Config;
import io.remuda.node.task.TaskWorkerSettings;
import io.remuda.protocol.proto.task.TaskEnvelope;
import io.remuda.protocol.task.TaskNames;
import io.remuda.protocol.task.TaskScripts;
import io.remuda.protocol.task.TaskSettings;
import io.remuda.protocol.task.TaskTimes;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * All that a worker needs to take tasks from their queue and to store results, but for the servers'
 * addresses, which hold passwords: names, arguments, limits, the message's type and the scripts.
 */
public final class TaskContract {

  private final Optional<String> unavailable;
  private final TaskWorkerSettings limits;
  private final TaskTimes times;
  private final Duration queueSettle;
  private final TaskScripts scripts = TaskScripts.load();

  private TaskContract(
      Optional<String> unavailable,
      TaskWorkerSettings limits,
      TaskTimes times,
      Duration queueSettle) {
    this.unavailable = unavailable;
    this.limits = limits;
    this.times = times;
    this.queueSettle = queueSettle;
  }

  public static TaskContract from(Config config, Path dataDir) {
    TaskSettings settings = TaskSettings.from(config, dataDir);
    boolean reachable =
        settings.queue() instanceof TaskSettings.Broker
            && settings.results() instanceof TaskSettings.Redis;
    return new TaskContract(
        reachable
            ? Optional.empty()
            : Optional.of(
                "tasks: this fleet keeps them in tables, which workers do not read; leave tasks out"
                    + " and give an address: this machine calls it for each task. Or set"
                    + " remuda.tasks.queue to amqp://... and remuda.tasks.results to redis://..."),
        TaskWorkerSettings.from(config),
        settings.times(),
        settings.queueSettle());
  }

  /** Why no worker can take tasks from their queue here. */
  Optional<String> unavailable() {
    return unavailable;
  }

  /**
   * Written into the answer to a worker that joined.
   *
   * @param earlier fingerprints of the schemas that its own took the place of
   */
  ObjectNode json(Worker worker, List<String> earlier) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("queue", TaskNames.queue(worker.model(), worker.schema().fingerprint()));
    ArrayNode before = json.putArray("earlierQueues");
    earlier.forEach(fingerprint -> before.add(TaskNames.queue(worker.model(), fingerprint)));
    ObjectNode arguments = json.putObject("queueArguments");
    TaskNames.queueArguments()
        .forEach(
            (name, value) -> {
              if (value instanceof Integer number) {
                arguments.put(name, number);
              } else {
                arguments.put(name, String.valueOf(value));
              }
            });
    json.put("exchange", TaskNames.TASK_EXCHANGE);
    json.put("queueSettleSeconds", queueSettle.toMillis() / 1000.0);
    json.put("envelope", Base64.getEncoder().encodeToString(envelope().toByteArray()));
    json.put("recordPrefix", TaskNames.RECORD_PREFIX);
    json.put("deadlines", TaskNames.DEADLINES);
    json.put("tenantPrefix", TaskNames.tenantKey(""));
    json.put("openMillis", TaskNames.OPEN_MILLIS);
    json.put("slackMillis", times.slackMillis());
    json.put("resultTtlMillis", times.resultTtlMillis());
    json.put("attempts", limits.attempts());
    json.put("runLimitSeconds", limits.runLimit().toSeconds());
    json.put("maxResultBytes", limits.maxResult());
    json.put("poison", TaskNames.POISON);
    json.putObject("scripts")
        .put("claim", scripts.claim().text())
        .put("finish", scripts.finish().text())
        .put("progress", scripts.progress().text())
        .put("giveBack", scripts.giveBack().text());
    return json;
  }

  private static FileDescriptorSet envelope() {
    return FileDescriptorSet.newBuilder()
        .addFile(TaskEnvelope.getDescriptor().getFile().toProto())
        .build();
  }
}
