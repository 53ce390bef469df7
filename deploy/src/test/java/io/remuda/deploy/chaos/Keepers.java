package io.remuda.deploy.chaos;

import io.remuda.protocol.id.InstanceId;
import java.nio.file.Path;
import java.util.List;

/** The keepers of engines that run on all machines, as one look at the table of processes tells. */
record Keepers(List<Path> folders) {

  Keepers {
    folders = List.copyOf(folders);
  }

  /** Those of this moment. It reads something of every process, so one look serves all machines. */
  static Keepers now() {
    return new Keepers(
        ProcessHandle.allProcesses()
            .map(ProcessHandle::pid)
            .filter(Arguments::leadsGroup)
            .map(Arguments::of)
            .filter(arguments -> arguments.size() > 3 && arguments.get(2).equals("keep"))
            .map(arguments -> Path.of(arguments.get(3)))
            .toList());
  }

  /** Whose keepers run on that machine. */
  List<InstanceId> on(Node machine) {
    return in(machine.data().resolve("instances"));
  }

  /** Those that keep an instance whose folder is right in that one. */
  List<InstanceId> in(Path instances) {
    return folders.stream()
        .filter(folder -> instances.equals(folder.getParent()))
        .flatMap(folder -> InstanceId.parse(folder.getFileName().toString()).stream())
        .sorted()
        .toList();
  }
}
