package io.remuda.deploy.cli;

import io.remuda.protocol.config.StartRefused;
import io.remuda.protocol.tls.CertificateAuthority;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Makes what a node needs to be of the fleet. */
@Command(
    name = "join-token",
    mixinStandardHelpOptions = true,
    description = "Print a token: the one line that makes a node one of the fleet. A secret.",
    footer = {"", "Example: ./remuda join-token gpu-03 --valid 90d --out gpu-03.token"})
final class JoinTokenVerb implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "NAME", description = "The node's name, which its certificate bears.")
  private String name;

  @Option(
      names = "--ca",
      paramLabel = "DIR",
      description = "Where the authority is. Default: .remuda/ca beside the launcher.")
  private @Nullable Path ca;

  @Option(
      names = "--valid",
      paramLabel = "DURATION",
      defaultValue = "365d",
      description = "How long the certificate is good. Default: 365d.")
  private String valid;

  @Option(
      names = "--host",
      paramLabel = "HOST",
      description = "A name or address of the machine, for clients that check it; several times.")
  private List<String> hosts = new ArrayList<>();

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "A new file to write it to, for you alone, in place of printing it.")
  private @Nullable Path out;

  @Override
  public Integer call() {
    try {
      if (out == null) {
        Main.of(spec).world().out().println(token());
      } else {
        write(out, this::token);
      }
    } catch (StartRefused refused) {
      throw NodeOptions.failure(refused);
    }
    return Exit.OK.code();
  }

  private String token() {
    return CertificateAuthority.open(CaVerb.folder(ca))
        .token(name, Durations.parse(valid), hosts, Instant.now())
        .line();
  }

  /** The file comes first: a token that nobody keeps would be good nonetheless. */
  private static void write(Path file, Supplier<String> token) {
    create(file);
    boolean written = false;
    try {
      Files.writeString(file, token.get() + "\n");
      written = true;
    } catch (IOException e) {
      throw unwritable(file, e);
    } finally {
      if (!written) {
        remove(file);
      }
    }
  }

  private static void create(Path file) {
    try {
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    } catch (FileAlreadyExistsException e) {
      throw new CliFailure(Exit.FAILURE, file + " is there already; name a new file", e);
    } catch (IOException e) {
      throw unwritable(file, e);
    }
  }

  private static void remove(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      // What went wrong before is told; an empty file is no secret.
    }
  }

  private static CliFailure unwritable(Path file, IOException e) {
    return new CliFailure(
        Exit.FAILURE, "the token cannot be written to " + file + ": " + e.getMessage(), e);
  }
}
