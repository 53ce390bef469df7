package io.remuda.node.sdk;

/** Takes how far a call is; whoever waits for a task sees it. */
public interface Progress {

  /**
   * Cheap, so that it can be said at every step; of any thread.
   *
   * @param done 0 to 100
   */
  void percent(int done);
}
