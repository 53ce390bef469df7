package io.remuda.deploy.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Installs an engine under the user's own data directory, by the script beside the launcher. */
@Command(
    name = "install",
    mixinStandardHelpOptions = true,
    description = "Install an engine for this user, without touching the host.",
    footer = {"", "Example: ./remuda engine install llama-server"})
final class EngineInstallVerb implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "ENGINE", description = "llama-server, or onnx.")
  private String engine;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path script = Installation.distribution().resolve("libexec/install-" + engine);
    if (!engine.matches("[a-z0-9-]+") || !Files.isExecutable(script)) {
      throw new CliFailure(
          Exit.USAGE,
          "there is no installer for '"
              + engine
              + "'; llama-server and onnx have one. Other engines"
              + " come from their makers; see docs/engines.md");
    }
    Main.of(spec).world().err().println("running " + script);
    return new ProcessBuilder(script.toString()).inheritIO().start().waitFor();
  }
}
