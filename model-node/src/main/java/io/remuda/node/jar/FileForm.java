package io.remuda.node.jar;

import io.remuda.node.engine.EngineRefusal;
import java.nio.file.Path;
import java.util.List;

/**
 * One form of files that a model's host serves.
 *
 * @param engine what a deployment calls it; the host's option for the file has the same name
 * @param suffix of its files' names
 * @param noun for sentences
 * @param description of a model that says nothing of itself
 * @param copied whether an instance runs a copy; else the file has to stay as it is
 * @param outsideHeap how often the file's size is in its process beside the heap
 * @param libraries what is on the host's class path beside our own
 */
record FileForm(
    String engine,
    String suffix,
    String noun,
    String description,
    boolean copied,
    int outsideHeap,
    Libraries libraries) {

  /** Looks for libraries on this machine. */
  interface Libraries {
    /** Refused, with what to install, when there are none. */
    List<Path> find() throws EngineRefusal;
  }

  static final FileForm JAR =
      new FileForm("jar", ".jar", "jar", "a model in a jar", true, 0, List::of);

  /** Weights are in the file, and once more in the runtime, which prepares them for its kernels. */
  static FileForm onnx(Libraries libraries) {
    return new FileForm("onnx", ".onnx", "ONNX file", "an ONNX model", false, 2, libraries);
  }

  /** The host's option that names the file. */
  String option() {
    return "--" + engine;
  }
}
