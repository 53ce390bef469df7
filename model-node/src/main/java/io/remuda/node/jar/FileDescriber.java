package io.remuda.node.jar;

import io.remuda.node.engine.EngineLog;
import io.remuda.node.engine.EngineRefusal;
import io.remuda.node.sdk.host.ModelHost;
import io.remuda.protocol.ErrorCode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Finds out what a file's model is, by running its host once with {@code describe}: in a process of
 * its own, for at most the configured limit, since loading an author's classes may do anything.
 * Kept by the file's content, over restarts too. One at a time. Blocks.
 */
final class FileDescriber {

  /** A new one when the form of descriptions changes: older files are then not read. */
  private static final String FORM = "1";

  private static final long HEAP_MIB = 128;
  private static final int SHOWN_LINES = 3;
  private static final Duration KILL_LIMIT = Duration.ofSeconds(5);

  private record Seen(long size, FileTime changed, String digest) {}

  private final JarSettings settings;
  private final FileForm form;
  private final Map<Path, Seen> digests = new ConcurrentHashMap<>();
  private final Map<String, FileDescription> known = new ConcurrentHashMap<>();
  private final Map<String, String> broken = new ConcurrentHashMap<>();

  FileDescriber(JarSettings settings, FileForm form) {
    this.settings = settings;
    this.form = form;
  }

  /** SHA-256 of the whole file, read again only when its size or time has changed. */
  String digest(Path file) throws EngineRefusal {
    try {
      long size = Files.size(file);
      FileTime changed = Files.getLastModifiedTime(file);
      Seen seen = digests.get(file);
      if (seen == null || seen.size() != size || !seen.changed().equals(changed)) {
        seen = new Seen(size, changed, sha256(file));
        digests.put(file, seen);
      }
      return seen.digest();
    } catch (IOException e) {
      throw new EngineRefusal(
          ErrorCode.INVALID_MODEL_FILE,
          "the " + form.noun() + " " + file.getFileName() + " cannot be read here: " + e);
    }
  }

  /** What is known already, without running anything; empty when that is nothing. */
  Optional<FileDescription> known(Path model) {
    Seen seen = digests.get(model);
    return seen == null ? Optional.empty() : Optional.ofNullable(known.get(seen.digest()));
  }

  /** What the model is; refused with its host's last words when the file cannot be served. */
  synchronized FileDescription describe(Path model) throws EngineRefusal {
    String digest = digest(model);
    FileDescription earlier = known.get(digest);
    if (earlier != null) {
      return earlier;
    }
    String why = broken.get(digest);
    if (why != null) {
      throw invalid(model, why);
    }
    Path file = settings.described().resolve(digest + "." + FORM + ".json");
    try {
      Files.createDirectories(settings.described());
      Optional<FileDescription> kept =
          Files.exists(file) ? FileDescription.parse(Files.readString(file)) : Optional.empty();
      FileDescription found = kept.isPresent() ? kept.get() : run(model, digest, file);
      known.put(digest, found);
      return found;
    } catch (IOException e) {
      throw new EngineRefusal(
          ErrorCode.INTERNAL,
          "the "
              + form.noun()
              + " "
              + model.getFileName()
              + " was not described: "
              + e
              + "; is the data directory writable, and is there room on its disk?");
    }
  }

  private FileDescription run(Path model, String digest, Path file)
      throws EngineRefusal, IOException {
    Path fresh = Files.createTempFile(settings.described(), "fresh-", ".json");
    Path said = Files.createTempFile(settings.described(), "said-", ".txt");
    Files.delete(fresh);
    Path temporary = Files.createTempDirectory(settings.described(), "tmp-");
    try {
      Process process = start(model, fresh, said, temporary);
      boolean ended = ended(process);
      Optional<FileDescription> found =
          ended && Files.exists(fresh)
              ? FileDescription.parse(Files.readString(fresh))
              : Optional.empty();
      if (found.isPresent()) {
        Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING);
        return found.get();
      }
      if (!ended) {
        // Not remembered: a busy machine may be why.
        throw invalid(
            model, "it was not loaded within " + settings.describeLimit().toSeconds() + " s");
      }
      String words = String.join(" / ", EngineLog.tail(said, SHOWN_LINES));
      String why =
          words.isEmpty()
              ? "its JVM ended with code " + process.exitValue() + " and said nothing"
              : words.replaceFirst("^.* remuda: ", "");
      if (process.exitValue() == ModelHost.EXIT_UNUSABLE) {
        // The host itself has judged; any other end may be this moment's.
        broken.put(digest, why);
      }
      throw invalid(model, why);
    } finally {
      Files.deleteIfExists(fresh);
      Files.deleteIfExists(said);
      TemporaryFolder.remove(temporary);
    }
  }

  private Process start(Path model, Path out, Path said, Path temporary)
      throws EngineRefusal, IOException {
    List<String> line = new ArrayList<>();
    line.add(HostCommand.java().toString());
    line.addAll(HostCommand.arguments("describe", HEAP_MIB, temporary, form.libraries().find()));
    line.addAll(List.of(form.option(), model.toString(), "--out", out.toString()));
    // Should this JVM die meanwhile, the other one ends by itself.
    line.addAll(
        List.of("--limit-seconds", Long.toString(settings.describeLimit().toSeconds() + 1)));
    ProcessBuilder builder =
        new ProcessBuilder(line)
            .directory(settings.described().toFile())
            .redirectErrorStream(true)
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectOutput(said.toFile());
    // Our own settings may hold keys; they are none of the model's business.
    builder.environment().keySet().removeIf(name -> name.startsWith("REMUDA_"));
    return builder.start();
  }

  private boolean ended(Process process) {
    try {
      if (process.waitFor(settings.describeLimit().toMillis(), TimeUnit.MILLISECONDS)) {
        return true;
      }
      end(process);
      process.waitFor(KILL_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
      return false;
    } catch (InterruptedException e) {
      end(process);
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static void end(Process process) {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  private EngineRefusal invalid(Path file, String why) {
    return new EngineRefusal(
        ErrorCode.INVALID_MODEL_FILE,
        "the " + form.noun() + " " + file.getFileName() + " cannot be served: " + why);
  }

  private static String sha256(Path file) throws IOException {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      try (InputStream in = new DigestInputStream(Files.newInputStream(file), sha)) {
        in.transferTo(java.io.OutputStream.nullOutputStream());
      }
      return HexFormat.of().formatHex(sha.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
