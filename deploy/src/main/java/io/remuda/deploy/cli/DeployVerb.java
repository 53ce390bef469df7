package io.remuda.deploy.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Declares or changes deployments, from a file or from options. */
@Command(
    name = "deploy",
    mixinStandardHelpOptions = true,
    description = "Declare a deployment, or change one.",
    footer = {
      "",
      "Example: ./remuda deploy chat-small --engine llama-server --model small.gguf \\",
      "             --replicas 2 --wait",
      "         ./remuda deploy -f chat-small.yaml --wait --timeout 2m"
    })
final class DeployVerb implements Callable<Integer> {

  @Mixin private Target target;

  @Parameters(arity = "0..1", paramLabel = "NAME", description = "Name, unless a file says it.")
  private @Nullable String name;

  @Option(
      names = {"-f", "--file"},
      paramLabel = "FILE",
      description = "YAML file with one or more deployments; - for standard input.")
  private @Nullable String file;

  @Option(names = "--engine", paramLabel = "ENGINE", description = "Profile of the model node.")
  private @Nullable String engine;

  @Option(names = "--model", paramLabel = "PATH", description = "Path under the model root.")
  private @Nullable String model;

  @Option(names = "--replicas", paramLabel = "N", description = "How many instances are wanted.")
  private @Nullable Integer replicas;

  @Option(names = "--context", paramLabel = "TOKENS", description = "Tokens a request may span.")
  private @Nullable Integer context;

  @Option(
      names = "--slots",
      paramLabel = "N",
      description = "Requests an instance works on at once.")
  private @Nullable Integer slots;

  @Option(names = "--gpu-memory", paramLabel = "MIB", description = "GPU memory of an instance.")
  private @Nullable Long gpuMemoryMiB;

  @Option(names = "--gpus", paramLabel = "N", description = "GPUs that share the GPU memory.")
  private @Nullable Integer gpus;

  @Option(names = "--memory", paramLabel = "MIB", description = "Host memory of an instance.")
  private @Nullable Long memoryMiB;

  @Option(names = "--cpus", paramLabel = "N", description = "Cores of an instance.")
  private @Nullable Double cpus;

  @Option(names = "--label", paramLabel = "KEY=VALUE", description = "A label machines must carry.")
  private Map<String, String> labels = new TreeMap<>();

  @Option(
      names = "--argument",
      paramLabel = "KEY=VALUE",
      description = "A parameter of the engine.")
  private Map<String, String> arguments = new TreeMap<>();

  @Option(names = "--strategy", paramLabel = "WORD", description = "binpack or spread.")
  private @Nullable String strategy;

  @Option(names = "--anti-affinity", description = "Never two instances on one machine.")
  private boolean antiAffinity;

  @Option(
      names = "--min",
      paramLabel = "N",
      description = "It scales by itself and has at least so many instances; 0: it may sleep.")
  private @Nullable Integer min;

  @Option(
      names = "--max",
      paramLabel = "N",
      description = "It scales by itself and has at most so many instances.")
  private @Nullable Integer max;

  @Option(
      names = "--idle-after",
      paramLabel = "DURATION",
      description = {
        "With --min 0: it falls asleep when nobody has asked for it for so long,",
        "and the next request wakes it."
      })
  private @Nullable String idleAfter;

  @Option(
      names = "--pinned",
      description = "Its instances keep their places, however idle they are.")
  private boolean pinned;

  @Option(
      names = "--priority",
      paramLabel = "N",
      description = {
        "-100 to 100, 0 when left out: of two that want one place",
        "the higher gets it."
      })
  private @Nullable Integer priority;

  @Option(
      names = "--needs",
      paramLabel = "NAME",
      split = ",",
      description = "Deployments that it does not work without: A,B.")
  private List<String> needs = new ArrayList<>();

  @Option(
      names = "--fallback",
      paramLabel = "NAME",
      split = ",",
      description = "Models that answer when it cannot, in this order: A,B.")
  private List<String> fallbacks = new ArrayList<>();

  @Option(
      names = "--shadow",
      paramLabel = "NAME",
      description = "Model that gets copies of its requests; their answers are dropped.")
  private @Nullable String shadow;

  @Option(
      names = "--shadow-share",
      paramLabel = "SHARE",
      description = "With --shadow: of so many requests, 0.05 for 5 percent; 1 when left out.")
  private @Nullable Double shadowShare;

  @Option(
      names = "--default",
      paramLabel = "KEY=VALUE",
      description = {
        "What requests say where their clients do not: temperature=0.2,",
        "max_tokens=512, system=TEXT and others."
      })
  private Map<String, String> defaults = new TreeMap<>();

  @Option(names = "--update", description = "Change the specification of one that is there.")
  private boolean update;

  @Option(
      names = "--evolve",
      description = {
        "Take another schema where it only adds optional fields or enum values;",
        "its instances are started anew. Implies --update."
      })
  private boolean evolve;

  @Option(
      names = "--rollout",
      paramLabel = "WORD",
      description = {
        "How a new version takes the old one's place: auto, surge,",
        "recreate-when-idle or recreate."
      })
  private @Nullable String rollout;

  @Option(names = "--dry-run", description = "Change nothing; show what it would come to.")
  private boolean dryRun;

  @Option(
      names = "--canary",
      paramLabel = "PERCENT",
      description = {
        "With --update: the new version gets so many of 100 requests",
        "and takes over when 'rollout promote' says so."
      })
  private @Nullable Integer canary;

  @Option(names = "--wait", description = "Return when it is READY, or cannot become it.")
  private boolean wait;

  @Option(
      names = "--timeout",
      paramLabel = "DURATION",
      defaultValue = "5m",
      description = "How long --wait waits: 30s, 5m. Default: ${DEFAULT-VALUE}.")
  private String timeout;

  @Override
  public Integer call() {
    var limit = Durations.parse(timeout);
    List<ObjectNode> wanted = wanted();
    Api api = target.api();
    if (dryRun) {
      Forecasts.show(target, wanted.stream().map(spec -> put(api, spec)).toList());
      return Exit.OK.code();
    }
    JsonNode last = JsonNodeFactory.instance.missingNode();
    for (ObjectNode spec : wanted) {
      last = put(api, spec);
      target.say(spec.path("name").asText() + " accepted");
    }
    if (wait) {
      Readiness readiness = new Readiness(api, target.world());
      long start = System.nanoTime();
      for (ObjectNode spec : wanted) {
        var left = limit.minusNanos(System.nanoTime() - start);
        last = readiness.await(spec.path("name").asText(), left);
      }
    }
    if (wanted.size() == 1 && target.output().format() != Output.Format.TABLE) {
      target.output().document(last);
    }
    return Exit.OK.code();
  }

  private List<ObjectNode> wanted() {
    if (file != null) {
      if (name != null
          || engine != null
          || model != null
          || rollout != null
          || canary != null
          || pinned
          || priority != null
          || !needs.isEmpty()
          || !fallbacks.isEmpty()
          || shadow != null
          || shadowShare != null
          || !defaults.isEmpty()) {
        throw new CliFailure(Exit.USAGE, "give either -f FILE or NAME with options, not both");
      }
      return DeploymentFile.read(file, target.world());
    }
    if (name == null || engine == null) {
      throw new CliFailure(
          Exit.USAGE, "say what to deploy: -f FILE, or NAME --engine ENGINE [--model PATH]");
    }
    ObjectNode spec = fromOptions(name, engine);
    DeploymentFile.check("remuda deploy", spec);
    return List.of(spec);
  }

  private ObjectNode fromOptions(String wantedName, String wantedEngine) {
    ObjectNode spec = JsonNodeFactory.instance.objectNode();
    spec.put("name", wantedName).put("engine", wantedEngine);
    if (model != null) {
      spec.put("model", model);
    }
    boolean scales = min != null || max != null || idleAfter != null;
    if (replicas != null || !scales) {
      spec.put("replicas", replicas == null ? 1 : replicas);
    }
    if (context != null) {
      spec.put("context", context);
    }
    if (slots != null) {
      spec.put("slots", slots);
    }
    if (strategy != null) {
      spec.put("strategy", strategy);
    }
    if (antiAffinity) {
      spec.put("antiAffinity", true);
    }
    if (!labels.isEmpty()) {
      labels.forEach(spec.putObject("machineLabels")::put);
    }
    if (!arguments.isEmpty()) {
      arguments.forEach(spec.putObject("arguments")::put);
    }
    addStanding(spec);
    if (rollout != null || canary != null) {
      addRollout(spec.putObject("rollout"));
    }
    addResources(spec);
    if (scales) {
      addScaling(spec.putObject("scaling"));
    }
    return spec;
  }

  /** How it stands among the others. */
  private void addStanding(ObjectNode spec) {
    if (pinned) {
      spec.put("pinned", true);
    }
    if (priority != null) {
      spec.put("priority", priority);
    }
    if (!needs.isEmpty()) {
      needs.forEach(spec.putArray("needs")::add);
    }
    if (!fallbacks.isEmpty()) {
      fallbacks.forEach(spec.putArray("fallbacks")::add);
    }
    if (shadow != null) {
      spec.putObject("shadow")
          .put("to", shadow)
          .put("share", shadowShare == null ? 1 : shadowShare);
    } else if (shadowShare != null) {
      throw new CliFailure(Exit.USAGE, "--shadow-share is of copies to --shadow NAME; name it");
    }
    if (!defaults.isEmpty()) {
      addDefaults(spec.putObject("defaults"));
    }
  }

  /** What is no number is a text, and is refused where it must be one. */
  private void addDefaults(ObjectNode said) {
    defaults.forEach(
        (key, value) -> {
          if (!key.equals("system") && value.matches("-?[0-9]{1,10}")) {
            said.put(key, Long.parseLong(value));
          } else if (!key.equals("system") && value.matches("-?[0-9]{1,9}\\.[0-9]{1,9}")) {
            said.put(key, Double.parseDouble(value));
          } else {
            said.put(key, value);
          }
        });
  }

  private void addRollout(ObjectNode wish) {
    if (rollout != null) {
      wish.put("strategy", rollout);
    }
    if (canary != null) {
      wish.put("canaryPercent", canary);
    }
  }

  private void addScaling(ObjectNode scaling) {
    if (min != null) {
      scaling.put("min", min);
    }
    if (max != null) {
      scaling.put("max", max);
    }
    if (idleAfter != null) {
      scaling.put("idleAfterSeconds", Math.max(1, Durations.parse(idleAfter).toSeconds()));
    }
  }

  private void addResources(ObjectNode spec) {
    if (gpuMemoryMiB == null && memoryMiB == null && cpus == null && gpus == null) {
      return; // Estimated from the model's header.
    }
    ObjectNode resources = spec.putObject("resources");
    resources.put("gpuMemoryMiB", gpuMemoryMiB == null ? 0 : gpuMemoryMiB);
    resources.put("memoryMiB", memoryMiB == null ? 0 : memoryMiB);
    resources.put("cpus", cpus == null ? 0 : cpus);
    if (gpus != null) {
      resources.put("gpus", gpus);
    }
  }

  /** With --update the version that is there now is named, so that nobody's change is lost. */
  private JsonNode put(Api api, ObjectNode spec) {
    String path = Api.path("/v1/deployments", spec.path("name").asText(), "");
    Map<String, String> headers = new TreeMap<>();
    if (update || evolve) {
      api.find(path)
          .ifPresent(
              there -> headers.put("If-Match", "\"" + there.path("version").asText() + "\""));
    }
    List<String> query = new ArrayList<>();
    if (evolve) {
      query.add("evolve=true");
    }
    if (dryRun) {
      query.add("dryRun=true");
    }
    return api.put(query.isEmpty() ? path : path + "?" + String.join("&", query), spec, headers);
  }
}
