package io.remuda.node.instance;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
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
 * {@code assignment.json}. What is written is on the disk when the method returns. Blocks.
 */
public final class InstanceFolder {

  private static final String ASSIGNMENT = "assignment.json";
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .addModule(new Jdk8Module())
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  /**
   * What is kept of an instance for the next JVM.
   *
   * @param restarts of its engine so far
   */
  public record Kept(Assignment assignment, int restarts) {
    public Kept {
      Objects.requireNonNull(assignment, "assignment");
    }
  }

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

  /** Puts {@code kept} where the next JVM finds it. */
  public void write(Kept kept) throws IOException {
    Path folder = Files.createDirectories(of(kept.assignment().id()));
    DurableFile.write(folder.resolve(ASSIGNMENT), JSON.writeValueAsString(kept) + "\n");
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
  public void remove(InstanceId id) throws IOException {
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
    Kept kept = JSON.readValue(Files.readAllBytes(folder.resolve(ASSIGNMENT)), Kept.class);
    if (kept == null) {
      throw new IOException("it holds nothing");
    }
    String id = kept.assignment().id().toString();
    if (!folder.endsWith(id)) {
      throw new IOException("it is the assignment of " + id);
    }
    return kept;
  }
}
