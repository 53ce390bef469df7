package io.remuda.deploy.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Prints where the jar is that a model's author compiles against. */
@Command(
    name = "sdk",
    mixinStandardHelpOptions = true,
    description = "Print the path of the jar that models in Java are compiled against.",
    footer = {"", "Example: mvn -Dremuda.sdk=\"$(./remuda sdk)\" package"})
final class SdkVerb implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    Path jar = Installation.distribution().resolve("sdk").resolve("remuda-sdk.jar");
    if (!Files.isRegularFile(jar)) {
      throw new CliFailure(
          Exit.FAILURE, "this Remuda has no " + jar + "; start ./remuda once, so that it is built");
    }
    Surroundings world = Main.of(spec).world();
    world.out().println(jar);
    world.out().flush();
    return Exit.OK.code();
  }
}
