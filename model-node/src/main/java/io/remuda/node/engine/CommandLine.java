package io.remuda.node.engine;

import io.remuda.node.engine.EngineProfile.ArgumentGroup;
import io.remuda.protocol.ErrorCode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Makes an engine's argument array and environment from its profile: pure, and never a shell's
 * business. Each placeholder becomes part of exactly one argument, whatever it holds.
 *
 * @param program the engine's command; a {@code command} engine has it in its own list
 * @param fixed for engines of the machine's own list: the whole command line
 */
public record CommandLine(EngineProfile profile, Optional<Path> program, List<String> fixed) {
  private static final Pattern PLACEHOLDER = Pattern.compile("\\{([a-zA-Z]+)}");

  /** What is executed: the program first, then its arguments; and what is set around it. */
  public record Command(List<String> arguments, Map<String, String> environment) {
    public Command {
      arguments = List.copyOf(arguments);
      environment = Map.copyOf(environment);
    }
  }

  public CommandLine {
    fixed = List.copyOf(fixed);
  }

  /** Refuses an argument of the deployment that the profile does not know, or a wrong value. */
  public Command build(EngineSpec spec, String host, int port) throws EngineRefusal {
    List<String> line = new ArrayList<>();
    program.ifPresent(path -> line.add(path.toString()));
    for (String argument : fixed) {
      line.add(filled(argument, spec, host, port));
    }
    for (ArgumentGroup group : profile.arguments()) {
      if (holds(group, spec)) {
        for (String argument : group.arguments()) {
          line.add(filled(argument, spec, host, port));
        }
      }
    }
    line.addAll(profile.chosen(spec.options()));
    if (line.isEmpty()) {
      throw new EngineRefusal(
          ErrorCode.NO_SUCH_ENGINE, "engine " + profile.name() + " has no command to start");
    }
    Map<String, String> environment = new TreeMap<>();
    for (Map.Entry<String, String> variable : profile.environment().entrySet()) {
      environment.put(variable.getKey(), filled(variable.getValue(), spec, host, port));
    }
    return new Command(line, environment);
  }

  private static boolean holds(ArgumentGroup group, EngineSpec spec) {
    return switch (group.when()) {
      case ALWAYS -> true;
      case GPU -> !spec.gpus().isEmpty();
      case NO_GPU -> spec.gpus().isEmpty();
      case TENSOR_PARALLEL -> spec.gpus().size() > 1;
      case CONTEXT -> spec.context() > 0;
      case GPU_FRACTION -> spec.gpuFraction() > 0;
      case EMBEDDINGS -> spec.serves() == EngineProfile.Endpoint.EMBEDDINGS;
      case RERANK -> spec.serves() == EngineProfile.Endpoint.RERANK;
    };
  }

  private static String filled(String template, EngineSpec spec, String host, int port) {
    Matcher matcher = PLACEHOLDER.matcher(template);
    StringBuilder result = new StringBuilder();
    while (matcher.find()) {
      String value = Placeholder.of(matcher.group(1)).value(spec, host, port);
      matcher.appendReplacement(result, Matcher.quoteReplacement(value));
    }
    return matcher.appendTail(result).toString();
  }

  /** The placeholders in {@code template} that do not exist, for the reader of profiles. */
  static List<String> unknownPlaceholders(String template) {
    return PLACEHOLDER
        .matcher(template)
        .results()
        .map(found -> found.group(1))
        .filter(name -> Placeholder.find(name).isEmpty())
        .toList();
  }
}
