package io.remuda.deploy.cli;

import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/**
 * The command {@code remuda}: reads its arguments, runs one verb, ends with the verb's exit code.
 */
@Command(
    name = "remuda",
    mixinStandardHelpOptions = true,
    versionProvider = VersionVerb.class,
    description = "Models served from a handful of machines, as one place to get them from.",
    subcommands = {
      UpVerb.class,
      DownVerb.class,
      NodeVerbs.Registry.class,
      NodeVerbs.Model.class,
      NodeVerbs.Gateway.class,
      DeployVerb.class,
      LsVerb.class,
      PsVerb.class,
      ShowVerb.class,
      ScaleVerb.class,
      RolloutVerb.class,
      AliasVerb.class,
      StopVerb.class,
      RmVerb.class,
      ExplainVerb.class,
      LogsVerb.class,
      RequestVerb.class,
      EventsVerb.class,
      AuditVerb.class,
      MachinesVerb.class,
      MachineVerbs.Cordon.class,
      MachineVerbs.Uncordon.class,
      MachineVerbs.Drain.class,
      RunVerb.class,
      ChatVerb.class,
      EmbedVerb.class,
      InferVerb.class,
      TaskVerb.class,
      LeaseVerb.class,
      KeysVerb.class,
      TenantsVerb.class,
      UsageVerb.class,
      CaVerb.class,
      JoinTokenVerb.class,
      JournalVerb.class,
      EngineVerb.class,
      SdkVerb.class,
      DoctorVerb.class,
      SimulateVerb.class,
      CompletionVerb.class,
      VersionVerb.class,
      CommandLine.HelpCommand.class,
    },
    footer = {
      "",
      "Example: ./remuda up                          one machine, ready to serve",
      "         ./remuda run demo 'Tell me about horses'",
      "Exit codes: 0 ok, 1 failure, 2 usage, 3 not found, 4 cannot be placed,",
      "            5 not allowed, 6 timed out, 7 schema conflict."
    })
public final class Main implements Callable<Integer> {

  private final Surroundings world;

  private Main(Surroundings world) {
    this.world = world;
  }

  public static void main(String[] args) {
    System.exit(run(Surroundings.ofThisProcess(), args));
  }

  /** Runs one command line and returns its exit code. */
  static int run(Surroundings world, String... args) {
    return commandLine(world).execute(args);
  }

  static CommandLine commandLine(Surroundings world) {
    CommandLine line = new CommandLine(new Main(world));
    line.setOut(new java.io.PrintWriter(world.out(), true));
    line.setErr(new java.io.PrintWriter(world.err(), true));
    withoutVersions(line);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    // An argument @FILE is a model's input, not a file of arguments.
    line.setExpandAtFiles(false);
    line.setParameterExceptionHandler((failure, arguments) -> Usage.refuse(failure));
    line.setExecutionExceptionHandler((failure, command, parsed) -> onFailure(world, failure));
    return line;
  }

  /** The version is the whole program's: no verb of it has one of its own. */
  private static void withoutVersions(CommandLine line) {
    for (CommandLine verb : line.getSubcommands().values()) {
      CommandSpec spec = verb.getCommandSpec();
      Optional.ofNullable(spec.findOption("--version")).ifPresent(spec::remove);
      withoutVersions(verb);
    }
  }

  /** The root of the command line that {@code spec} is a part of. */
  static Main of(CommandSpec spec) {
    return (Main) spec.root().userObject();
  }

  Surroundings world() {
    return world;
  }

  @Override
  public Integer call() {
    commandLine(world).usage(world.err());
    return Exit.USAGE.code();
  }

  private static int onFailure(Surroundings world, Exception failure) {
    if (failure instanceof CliFailure expected) {
      world.err().println("remuda: " + expected.sentence());
      return expected.exit().code();
    }
    if (failure instanceof ParameterException usage) {
      return Usage.refuse(usage);
    }
    world.err().println("remuda: unexpected " + failure + "; please report it with this command");
    if (world.environment().containsKey("REMUDA_DEBUG")) {
      failure.printStackTrace(world.err());
    }
    return Exit.FAILURE.code();
  }
}
