package io.remuda.deploy.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Makes the key by which the nodes of one cluster know each other. */
@Command(
    name = "cluster",
    mixinStandardHelpOptions = true,
    description = "Make the key by which nodes know each other; copy the file to every machine.",
    footer = {"", "Example: ./remuda keys cluster cluster.key"})
final class ClusterKeyVerb implements Callable<Integer> {

  private static final int BYTES = 32;

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "FILE", description = "The file to write; it must not be there yet.")
  private Path file;

  @Override
  public Integer call() {
    Surroundings world = Main.of(spec).world();
    byte[] key = new byte[BYTES];
    new SecureRandom().nextBytes(key);
    try {
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(
          file,
          HexFormat.of().formatHex(key) + "\n",
          StandardCharsets.US_ASCII,
          StandardOpenOption.WRITE);
    } catch (FileAlreadyExistsException e) {
      throw new CliFailure(
          Exit.FAILURE, file + " is there already; a new key would lock out those who have it", e);
    } catch (IOException e) {
      throw new CliFailure(Exit.FAILURE, "cannot write " + file + ": " + e.getMessage(), e);
    }
    world.err().println("wrote " + file + "; give each node --cluster-key " + file);
    return Exit.OK.code();
  }
}
