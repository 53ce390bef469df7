package io.remuda.deploy.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Prints the script that makes a shell complete this command. */
@Command(
    name = "completion",
    mixinStandardHelpOptions = true,
    description = "Print a completion script for bash and zsh.",
    footer = {"", "Example: source <(./remuda completion)"})
final class CompletionVerb implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    Surroundings world = Main.of(spec).world();
    world.out().print(AutoComplete.bash("remuda", Main.commandLine(world)));
    world.out().flush();
    return Exit.OK.code();
  }
}
