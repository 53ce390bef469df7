package io.remuda.deploy.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Prints which Remuda this is. */
@Command(
    name = "version",
    mixinStandardHelpOptions = true,
    versionProvider = VersionVerb.class,
    description = "Print the version of Remuda and of the Java that runs it.",
    footer = {"", "Example: ./remuda version"})
public final class VersionVerb implements Callable<Integer>, IVersionProvider {

  @Spec private CommandSpec spec;

  static String version() {
    String built = Main.class.getPackage().getImplementationVersion();
    return built == null ? "development" : built;
  }

  @Override
  public Integer call() {
    Main.of(spec).world().out().println(getVersion()[0]);
    return Exit.OK.code();
  }

  @Override
  public String[] getVersion() {
    return new String[] {
      "remuda " + version() + " (Java " + System.getProperty("java.version") + ")"
    };
  }
}
