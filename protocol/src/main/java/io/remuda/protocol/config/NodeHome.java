package io.remuda.protocol.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.typesafe.config.Config;
import io.remuda.protocol.id.JournalId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.task.TaskBell;
import io.remuda.protocol.tls.JoinToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A node's data directory, held by one process at a time.
 *
 * <p>{@code node.json} says who the node is and stays for good; {@code run.json} says where it
 * listens and is there only while it runs; {@code cluster.key} is the fleet's secret; {@code tls}
 * holds the node's certificate. Each file is replaced as a whole, so a crash leaves the old one or
 * the new one.
 */
public final class NodeHome implements AutoCloseable {

  /** Rises when a newer node writes, or says, what an older one could not read. */
  public static final int PROTOCOL_VERSION = 1;

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String ELSEWHERE = "; give another directory with --data DIR.";
  private static final String OR_ELSEWHERE = ", or give another directory with --data DIR.";

  private final Path dir;
  private final FileChannel lock;
  private final String clusterKey;
  private final TaskBell taskBell = new TaskBell();
  private ObjectNode node;

  private NodeHome(Path dir, FileChannel lock, ObjectNode node, String clusterKey) {
    this.dir = dir;
    this.lock = lock;
    this.node = node;
    this.clusterKey = clusterKey;
  }

  /** Opens {@code remuda.node.data}; throws {@link StartRefused} with what is wrong with it. */
  public static NodeHome open(Config config) {
    String keyFile = config.getString("remuda.cluster.key-file");
    Path directory = Path.of(config.getString("remuda.node.data"));
    return open(
        directory,
        config.getString("remuda.cluster.name"),
        keyFile.isBlank() ? Optional.empty() : Optional.of(Path.of(keyFile)),
        GivenToken.find(config, directory),
        config.getBytes("remuda.node.min-free-disk"));
  }

  static NodeHome open(
      Path directory, String clusterName, Optional<Path> keyFile, long minFreeBytes) {
    return open(directory, clusterName, keyFile, Optional.empty(), minFreeBytes);
  }

  private static NodeHome open(
      Path directory,
      String clusterName,
      Optional<Path> keyFile,
      Optional<JoinToken> token,
      long minFreeBytes) {
    Path dir = directory.toAbsolutePath().normalize();
    FileChannel lock;
    try {
      Files.createDirectories(dir);
      lock = lock(dir);
    } catch (IOException e) {
      throw unusable(dir, e);
    }
    try {
      refuseFull(dir, minFreeBytes);
      // First: a wrong name in node.json would keep the right token out for good.
      token.ifPresent(brought -> GivenToken.requireCluster(clusterName, brought));
      ObjectNode node = readOrCreateNode(dir, clusterName);
      Path keptKey = dir.resolve("cluster.key");
      Optional<String> brought = token.flatMap(given -> GivenToken.take(dir, given));
      String key =
          keyFile.isEmpty() && brought.isPresent()
              ? ClusterKey.keep(keptKey, brought.get())
              : ClusterKey.readOrCreate(keptKey, keyFile);
      return new NodeHome(dir, lock, node, key);
    } catch (IOException e) {
      release(lock);
      throw unusable(dir, e);
    } catch (RuntimeException e) {
      release(lock);
      throw e;
    }
  }

  public Path dir() {
    return dir;
  }

  /** Random, made at the first start in this directory and kept for good. */
  public MachineId machineId() {
    return new MachineId(node.get("machineId").asText());
  }

  /** The journal this node belongs to; empty until {@link #keepJournalId} or a mint. */
  public synchronized Optional<JournalId> journalId() {
    JsonNode id = node.get("journalId");
    return id == null || id.isNull() ? Optional.empty() : JournalId.parse(id.asText());
  }

  /** Remembers the journal for good; only an operator changes it, by removing it from node.json. */
  public synchronized void keepJournalId(JournalId id) {
    ObjectNode changed = node.deepCopy();
    changed.put("journalId", id.value());
    try {
      DurableFile.write(dir.resolve("node.json"), pretty(changed));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot keep the journal's id in " + dir, e);
    }
    node = changed;
  }

  /** The journal's id, made now when there is none. */
  public synchronized JournalId mintJournalId() {
    Optional<JournalId> before = journalId();
    if (before.isPresent()) {
      return before.get();
    }
    JournalId minted = new JournalId(randomHex(8));
    keepJournalId(minted);
    return minted;
  }

  /** The secret that shows that a call comes from this cluster, in hex. Never logged. */
  public String clusterKey() {
    return clusterKey;
  }

  /** Rings when a task is put into the queue that is embedded in this directory's database. */
  public TaskBell taskBell() {
    return taskBell;
  }

  /**
   * Where other processes find this one: addresses, ports. The process id is added, and with it the
   * {@link ProcessStart}, because the id alone may one day be another process's.
   */
  public void writeRun(Map<String, ?> values) {
    Map<String, Object> run = new LinkedHashMap<>();
    run.put("pid", ProcessHandle.current().pid());
    ProcessStart.ofThisProcess().ifPresent(start -> run.put("processStart", start));
    run.put("startedAt", Instant.now().toString());
    run.putAll(values);
    try {
      DurableFile.write(dir.resolve("run.json"), pretty(JSON.valueToTree(run)));
    } catch (IOException e) {
      throw unusable(dir, e);
    }
  }

  /** The clean end: nothing says any more that the node runs. */
  @Override
  public void close() {
    try {
      Files.deleteIfExists(dir.resolve("run.json"));
    } catch (IOException e) {
      throw unusable(dir, e);
    } finally {
      release(lock);
    }
  }

  /**
   * The end of a node that its launcher starts again: run.json stays, so that the launcher is found
   * meanwhile.
   */
  public void closeForTheNext() {
    release(lock);
  }

  private static FileChannel lock(Path dir) throws IOException {
    Path file = dir.resolve("lock");
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      if (channel.tryLock() == null) {
        throw held(dir, channel);
      }
    } catch (OverlappingFileLockException e) {
      throw held(dir, channel);
    }
    channel.truncate(0);
    channel.write(
        ByteBuffer.wrap(
            Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)),
        0);
    return channel;
  }

  private static StartRefused held(Path dir, FileChannel channel) throws IOException {
    ByteBuffer text = ByteBuffer.allocate(20);
    channel.read(text, 0);
    channel.close();
    String pid = new String(text.array(), 0, text.position(), StandardCharsets.US_ASCII).trim();
    return new StartRefused(
        "The data directory "
            + dir
            + " is in use by process "
            + (pid.isEmpty() ? "(unknown)" : pid)
            + "; end it first (./remuda down)"
            + OR_ELSEWHERE);
  }

  private static void refuseFull(Path dir, long minFreeBytes) throws IOException {
    long free = Files.getFileStore(dir).getUsableSpace();
    if (free < minFreeBytes) {
      throw new StartRefused(
          "The disk of the data directory "
              + dir
              + " is full: "
              + mebibytes(free)
              + " MiB are free, at least "
              + mebibytes(minFreeBytes)
              + " MiB are needed. Make room"
              + OR_ELSEWHERE);
    }
  }

  private static ObjectNode readOrCreateNode(Path dir, String clusterName) throws IOException {
    Path file = dir.resolve("node.json");
    if (!Files.exists(file)) {
      ObjectNode made = JSON.createObjectNode();
      made.put("machineId", randomHex(6));
      made.put("clusterName", clusterName);
      made.put("protocolVersion", PROTOCOL_VERSION);
      DurableFile.write(file, pretty(made));
      return made;
    }
    ObjectNode node = parse(file);
    if (node.path("protocolVersion").asInt() > PROTOCOL_VERSION) {
      throw new StartRefused(
          file
              + " was written by a newer Remuda (protocol "
              + node.path("protocolVersion").asInt()
              + ", this one knows "
              + PROTOCOL_VERSION
              + "); start the newer version again"
              + OR_ELSEWHERE);
    }
    String before = node.path("clusterName").asText();
    if (!before.equals(clusterName)) {
      throw new StartRefused(
          dir
              + " belongs to the cluster '"
              + before
              + "', but this node was told to be of '"
              + clusterName
              + "'; set remuda.cluster.name = \""
              + before
              + "\""
              + OR_ELSEWHERE);
    }
    return node;
  }

  private static ObjectNode parse(Path file) throws IOException {
    try {
      if (JSON.readTree(Files.readString(file)) instanceof ObjectNode node
          && MachineId.parse(node.path("machineId").asText()).isPresent()
          && node.path("protocolVersion").isInt()
          && node.path("clusterName").isTextual()) {
        return node;
      }
    } catch (JsonProcessingException e) {
      throw new StartRefused(corrupted(file), e);
    }
    throw new StartRefused(corrupted(file));
  }

  private static String corrupted(Path file) {
    return file
        + " is damaged, so this node does not know who it is. Put back a copy of it, or remove it"
        + " to make a new machine of this one (its engines are then stopped by the registry)"
        + OR_ELSEWHERE;
  }

  private static StartRefused unusable(Path dir, IOException e) {
    String why =
        e instanceof AccessDeniedException ? "no permission" : String.valueOf(e.getMessage());
    return new StartRefused(
        "The data directory " + dir + " cannot be written (" + why + ")" + ELSEWHERE, e);
  }

  private static void release(FileChannel lock) {
    try {
      lock.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String pretty(JsonNode tree) throws JsonProcessingException {
    return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(tree) + "\n";
  }

  private static long mebibytes(long bytes) {
    return bytes >> 20;
  }

  static String randomHex(int bytes) {
    byte[] random = new byte[bytes];
    new SecureRandom().nextBytes(random);
    return HexFormat.of().formatHex(random);
  }
}
