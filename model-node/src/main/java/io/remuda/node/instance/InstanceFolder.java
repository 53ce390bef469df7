package io.remuda.node.instance;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.remuda.protocol.config.DurableFile;
import io.remuda.protocol.id.InstanceId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The folders of this machine's instances, {@code <data>/instances/<id>/}: the keeper's files and
 * {@code assignment.json}, {@code lease.json} and {@code shares.json}. What is written is on the
 * disk when the method returns. Blocks.
 */
public final class InstanceFolder {

  private static final String ASSIGNMENT = "assignment.json";
  private static final String LEASE = "lease.json";
  private static final String SHARES = "shares.json";
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .addModule(new Jdk8Module())
          .addModule(new JavaTimeModule())
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  /**
   * What is kept of an instance for the next JVM.
   *
   * @param restarts of its engine so far
   * @param hold the last lease of it as a whole; empty when there was none
   * @param shares that leases had of it
   */
  public record Kept(
      Assignment assignment, int restarts, Optional<KeptHold> hold, KeptShares shares) {
    public Kept {
      Objects.requireNonNull(assignment, "assignment");
    }

    /** One that no lease had a share of. */
    public Kept(Assignment assignment, int restarts, Optional<KeptHold> hold) {
      this(assignment, restarts, hold, KeptShares.NONE);
    }

    /** One that was never leased. */
    public Kept(Assignment assignment, int restarts) {
      this(assignment, restarts, Optional.empty());
    }
  }

  /** What assignment.json holds. */
  private record Content(Assignment assignment, int restarts) {}

  /**
   * A folder that no instance of this machine can be read from.
   *
   * @param damage what is wrong with its assignment; empty when it has none
   */
  public record Stray(Path folder, Optional<String> damage) {}

  private final Path root;

  public InstanceFolder(Path root) {
    this.root = root;
  }

  public Path of(InstanceId id) {
    return root.resolve(id.toString());
  }

  /** Puts {@code kept} where the next JVM finds it, but for its lease. */
  public void write(Kept kept) throws IOException {
    Path folder = Files.createDirectories(of(kept.assignment().id()));
    Content content = new Content(kept.assignment(), kept.restarts());
    DurableFile.write(folder.resolve(ASSIGNMENT), text(content) + "\n");
  }

  /** Puts the last lease of an instance that is on the disk where the next JVM finds it. */
  public synchronized void keep(InstanceId id, KeptHold hold) throws IOException {
    if (!Files.exists(of(id).resolve(ASSIGNMENT))) {
      throw new NoSuchFileException(id + " is not on this machine any more");
    }
    DurableFile.write(of(id).resolve(LEASE), text(hold) + "\n");
  }

  /** Puts the shares of an instance that is on the disk where the next JVM finds them. */
  public synchronized void keep(InstanceId id, KeptShares shares) throws IOException {
    if (!Files.exists(of(id).resolve(ASSIGNMENT))) {
      throw new NoSuchFileException(id + " is not on this machine any more");
    }
    DurableFile.write(of(id).resolve(SHARES), text(shares) + "\n");
  }

  private static String text(Object content) throws IOException {
    return JSON.writeValueAsString(content);
  }

  /** All that was written and not removed, and can be read; the others are {@link #strays}. */
  public List<Kept> read() throws IOException {
    List<Kept> found = new ArrayList<>();
    for (Path folder : folders()) {
      try {
        found.add(read(folder));
      } catch (IOException e) {
        // A stray, which keeps no other from being taken up.
      }
    }
    return found;
  }

  /** The folders that hold no assignment, or one that cannot be read. */
  public List<Stray> strays() throws IOException {
    List<Stray> found = new ArrayList<>();
    for (Path folder : folders()) {
      try {
        read(folder);
      } catch (NoSuchFileException e) {
        found.add(new Stray(folder, Optional.empty()));
      } catch (JacksonException e) {
        found.add(new Stray(folder, Optional.of(e.getOriginalMessage())));
      } catch (IOException e) {
        found.add(new Stray(folder, Optional.of(e.toString())));
      }
    }
    return found;
  }

  /** Puts a damaged assignment out of the way of the next one; returns where it lies now. */
  public Path setAside(Stray stray) throws IOException {
    return Files.move(
        stray.folder().resolve(ASSIGNMENT),
        stray.folder().resolve(ASSIGNMENT + ".damaged"),
        StandardCopyOption.REPLACE_EXISTING);
  }

  /** Removes the folder of an instance that has ended. */
  public synchronized void remove(InstanceId id) throws IOException {
    Path folder = of(id);
    if (!Files.isDirectory(folder)) {
      return;
    }
    // The assignment first: a folder that is only half removed adopts nothing.
    Files.deleteIfExists(folder.resolve(ASSIGNMENT));
    try (Stream<Path> content = Files.walk(folder)) {
      for (Path path : content.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }

  private List<Path> folders() throws IOException {
    if (!Files.isDirectory(root)) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(root)) {
      return all.filter(Files::isDirectory).sorted().toList();
    }
  }

  /** The id has to be the folder's own: a copied folder is not an instance of its own. */
  private static Kept read(Path folder) throws IOException {
    Content content = JSON.readValue(Files.readAllBytes(folder.resolve(ASSIGNMENT)), Content.class);
    if (content == null) {
      throw new IOException("it holds nothing");
    }
    Kept kept = new Kept(content.assignment(), content.restarts(), hold(folder), shares(folder));
    String id = kept.assignment().id().toString();
    if (!folder.endsWith(id)) {
      throw new IOException("it is the assignment of " + id);
    }
    return kept;
  }

  /** One that cannot be read may be anybody's: its instance is not taken up. */
  private static Optional<KeptHold> hold(Path folder) throws IOException {
    try {
      byte[] text = Files.readAllBytes(folder.resolve(LEASE));
      KeptHold hold = JSON.readValue(text, KeptHold.class);
      if (hold == null) {
        throw new IOException("its lease holds nothing");
      }
      return Optional.of(hold);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** What cannot be read may be anybody's, as with {@link #hold}. */
  private static KeptShares shares(Path folder) throws IOException {
    try {
      KeptShares shares =
          JSON.readValue(Files.readAllBytes(folder.resolve(SHARES)), KeptShares.class);
      if (shares == null) {
        throw new IOException("its shares hold nothing");
      }
      return shares;
    } catch (NoSuchFileException e) {
      return KeptShares.NONE;
    }
  }
}
