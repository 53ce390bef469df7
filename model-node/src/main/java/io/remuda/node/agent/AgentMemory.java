package io.remuda.node.agent;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.remuda.node.agent.AgentState.Tombstone;
import io.remuda.protocol.config.DurableFile;
import io.remuda.protocol.config.NodeHome;
import io.remuda.protocol.id.InstanceId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What an agent keeps over restarts of its JVM: in {@code <data>/agent.json} its last incarnation
 * and the tombstones, in {@code node.json} whose commands it obeys. On the disk when a method
 * returns. Blocks.
 */
public final class AgentMemory {

  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .addModule(new Jdk8Module())
          .addModule(new JavaTimeModule())
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  /** What agent.json holds. */
  private record Content(long incarnation, List<Entry> tombstones) {}

  private record Entry(InstanceId id, Tombstone stone) {}

  private final NodeHome home;
  private long incarnation;
  private Map<InstanceId, Tombstone> tombstones;
  private long savedOrder = -1;

  private AgentMemory(NodeHome home, long incarnation, Map<InstanceId, Tombstone> tombstones) {
    this.home = home;
    this.incarnation = incarnation;
    this.tombstones = Map.copyOf(tombstones);
  }

  /** Reads what the last agent of this machine has left. */
  public static AgentMemory open(NodeHome home) throws IOException {
    Content before;
    try {
      before = JSON.readValue(Files.readAllBytes(home.dir().resolve("agent.json")), Content.class);
    } catch (NoSuchFileException e) {
      before = new Content(0, List.of());
    }
    Map<InstanceId, Tombstone> stones = new TreeMap<>();
    before.tombstones().forEach(entry -> stones.put(entry.id(), entry.stone()));
    return new AgentMemory(home, before.incarnation(), stones);
  }

  /**
   * Begins a new life, of a JVM or of an agent that has failed inside one: its incarnation is
   * higher than that of any former one, even when the clock was set back.
   */
  synchronized Life begin(long nowMillis) throws IOException {
    incarnation = Math.max(nowMillis, incarnation + 1);
    savedOrder = -1;
    AgentState state = AgentState.fresh(home.journalId(), tombstones);
    write(state);
    return new Life(incarnation, state);
  }

  /** What an agent begins with. */
  record Life(long incarnation, AgentState state) {}

  /**
   * Keeps {@code state}, unless one of a later order is kept already.
   *
   * @param order rises with every state of one life
   */
  synchronized void save(long order, AgentState state) throws IOException {
    if (order < savedOrder) {
      return;
    }
    if (state.journal().isPresent() && home.journalId().isEmpty()) {
      home.keepJournalId(state.journal().get());
    }
    write(state);
    savedOrder = order;
  }

  private void write(AgentState state) throws IOException {
    Content content =
        new Content(
            incarnation,
            state.tombstones().entrySet().stream()
                .map(entry -> new Entry(entry.getKey(), entry.getValue()))
                .toList());
    DurableFile.write(home.dir().resolve("agent.json"), JSON.writeValueAsString(content) + "\n");
    tombstones = state.tombstones();
  }
}
