package io.remuda.protocol.metrics;

/**
 * The name of everything that is measured, as given to Kamon; Prometheus shows dots as underscores
 * and adds the unit ({@code _seconds}, {@code _bytes}) and {@code _total} for counters. Units are
 * base units; labels have few values.
 */
public final class MetricNames {

  // Requests: labels model, outcome.
  public static final String REQUESTS = "remuda.requests";

  /** Seconds from the request to the first byte of the answer. Label model. */
  public static final String TTFT = "remuda.ttft";

  /** Seconds between two chunks of a stream. Label model. */
  public static final String INTER_TOKEN = "remuda.inter.token";

  /** Seconds from the request to its end. Labels model, outcome. */
  public static final String REQUEST_DURATION = "remuda.request.duration";

  /** Requests being worked on. Labels model, instance. */
  public static final String IN_FLIGHT = "remuda.in.flight";

  /** Requests waiting for a slot. Labels model, instance. */
  public static final String QUEUED = "remuda.queued";

  /** Requests that a gateway holds because no instance takes them now. Label model. */
  public static final String WAITING_REQUESTS = "remuda.waiting.requests";

  /**
   * Seconds for which the first request was held that found no ready instance of its model, until
   * one of those that waited was sent to an instance. Label model.
   */
  public static final String WAKE = "remuda.wake";

  /** Times that a gateway left an instance out since its requests failed. Label model. */
  public static final String LEFT_OUT = "remuda.instances.left.out";

  /** Those requests by how urgent they are. Labels model, priority (high, normal or low). */
  public static final String WAITING_BY_PRIORITY = "remuda.waiting.by.priority";

  /**
   * Times that a request went out once more before its client had seen anything. Labels model,
   * reason (code of what ended the attempt before, or out_of_sight).
   */
  public static final String RETRIES = "remuda.request.retries";

  /** Times that a model was to answer in the place of another one. Labels model, to. */
  public static final String FALLBACKS = "remuda.request.fallbacks";

  /**
   * Copies of requests that were answered. Labels model (that they go to), outcome (sent or
   * dropped).
   */
  public static final String COPIES = "remuda.shadow.copies";

  /**
   * Streams whose engine went in their middle. Labels model, outcome (resumed at another instance,
   * or refused), and where it was refused the reason.
   */
  public static final String RESUMES = "remuda.stream.resumes";

  /**
   * Times that a limit kept a request, a task or a line of a batch out. Labels kind (requests or
   * tokens of a minute, budget, or budget_held: what is under way may take the rest of it), of (key
   * or tenant).
   */
  public static final String LIMIT_REFUSALS = "remuda.limit.refusals";

  /** Instances that a gateway leaves out now. Label model. */
  public static final String OUT_NOW = "remuda.instances.out.now";

  /** Tokens. Labels model, kind (prompt or completion). */
  public static final String TOKENS = "remuda.tokens";

  // Instances and machines.
  /** Engines started again after they died. Label model. */
  public static final String RESTARTS = "remuda.instance.restarts";

  /** Instances on this machine. Labels model, phase. */
  public static final String INSTANCES = "remuda.instances";

  /** Bytes of GPU memory. Labels machine, gpu, kind (total, used or reserved). */
  public static final String GPU_MEMORY = "remuda.gpu.memory";

  /** 0 to 1. Labels machine, gpu. */
  public static final String GPU_UTILIZATION = "remuda.gpu.utilization";

  /** Degrees Celsius. Labels machine, gpu. */
  public static final String GPU_TEMPERATURE = "remuda.gpu.temperature.celsius";

  /** Watts. Labels machine, gpu. */
  public static final String GPU_POWER = "remuda.gpu.power.watts";

  /** Seconds from an engine's end until all of its GPU memory was seen to be back. */
  public static final String MEMORY_RETURN = "remuda.memory.return";

  /** Bytes of host memory. Labels machine, kind (total or reserved). */
  public static final String HOST_MEMORY = "remuda.host.memory";

  // Registry.
  /** Seconds that a journal write takes until it is durable. */
  public static final String JOURNAL_WRITE = "remuda.journal.write";

  /** Deployments with at least one ready instance. */
  public static final String ACTIVE_MODELS = "remuda.models.active";

  /** 1 for each deployment. Labels model, phase, engine. */
  public static final String MODEL_INFO = "remuda.model.info";

  /** Ready instances of a deployment. Label model. */
  public static final String MODEL_INSTANCES = "remuda.model.instances";

  /** Wanted instances of a deployment. Label model. */
  public static final String MODEL_REPLICAS = "remuda.model.replicas";

  /**
   * Times that a deployment gave itself another number of instances. Labels model, direction (up or
   * down).
   */
  public static final String SCALE_CHANGES = "remuda.scale.changes";

  /** Leases that are not closed. Label state (pending, ready, or ending: it gives back). */
  public static final String LEASES = "remuda.leases";

  /** Seconds from asking for a lease until it was ready for the first time. */
  public static final String LEASE_READY = "remuda.lease.ready";

  /** Times that a lease lost an instance and waited for another one. Label model. */
  public static final String LEASE_MOVES = "remuda.lease.moves";

  /**
   * Leases that are over. Label outcome (released, expired, impatient, refused or not_deployed).
   */
  public static final String LEASE_ENDS = "remuda.lease.ends";

  /** Machines of the fleet. Label state. */
  public static final String MACHINES = "remuda.machines";

  // Tasks.
  /** Tasks. Labels model, outcome. */
  public static final String TASKS = "remuda.tasks";

  /** Seconds from submission to the result. Label model. */
  public static final String TASK_DURATION = "remuda.task.duration";

  /** Tasks that no instance has taken yet; every gateway tells the same. Label model. */
  public static final String TASK_QUEUE_DEPTH = "remuda.task.queue.depth";

  /** Tasks that were given up and wait for an operator; every gateway tells the same. */
  public static final String TASKS_GIVEN_UP = "remuda.tasks.given.up";

  /** Webhooks. Label outcome (delivered, failed or dropped). */
  public static final String WEBHOOKS = "remuda.webhooks";

  /** Tasks that an instance began to run. Labels model, kind (first or again). */
  public static final String TASK_STARTS = "remuda.task.starts";

  /** Tasks whose end an instance stored. Labels model, outcome (done, or why it failed). */
  public static final String TASK_ENDS = "remuda.task.ends";

  /**
   * Seconds that a model takes for a task. Labels model, outcome (done, rejected, failed, timeout,
   * or cancelled: its answer would not have counted any more).
   */
  public static final String TASK_RUN = "remuda.task.run";

  /** 1 while an instance takes tasks, else 0. Labels model, instance. */
  public static final String TASKS_TAKEN = "remuda.instance.tasks";

  // The node itself.
  /**
   * Seconds until the node's certificate is not good any more; 0 when it has ended. Label of is
   * public for the one that a gateway shows its clients.
   */
  public static final String CERTIFICATE_LEFT = "remuda.certificate.left";

  /** Seconds for which the keys of the tokens' issuer are good unless they are read again. */
  public static final String ISSUER_KEYS_LEFT = "remuda.oidc.keys.left";

  // The JVM.
  /** Seconds that a dispatcher takes to answer. Label system. */
  public static final String DISPATCHER_DELAY = "remuda.dispatcher.delay";

  /**
   * Messages in the longest mailbox of an actor, of those of Akka's default kind: not before
   * shards, their coordinators, the cluster's core and streams. Label system.
   */
  public static final String MAILBOX_LONGEST = "remuda.mailbox.longest";

  /** Bytes. Label area (heap or other). */
  public static final String JVM_MEMORY = "remuda.jvm.memory";

  public static final String JVM_THREADS = "remuda.jvm.threads";

  /** Seconds of garbage collection since the start. */
  public static final String JVM_GC_TIME = "remuda.jvm.gc.time";

  /** Seconds of processor time since the start. */
  public static final String PROCESS_CPU_TIME = "remuda.process.cpu.time";

  /** Seconds since the start. */
  public static final String PROCESS_UPTIME = "remuda.process.uptime";

  // Labels.
  public static final String MODEL = "model";
  public static final String INSTANCE = "instance";
  public static final String MACHINE = "machine";
  public static final String OUTCOME = "outcome";
  public static final String KIND = "kind";
  public static final String PHASE = "phase";
  public static final String ENGINE = "engine";
  public static final String GPU = "gpu";
  public static final String STATE = "state";
  public static final String SYSTEM = "system";
  public static final String AREA = "area";
  public static final String DIRECTION = "direction";
  public static final String REASON = "reason";
  public static final String TO = "to";
  public static final String PRIORITY = "priority";
  public static final String OF = "of";

  private MetricNames() {}
}
