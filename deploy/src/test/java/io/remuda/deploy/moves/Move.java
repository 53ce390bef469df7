package io.remuda.deploy.moves;

/**
 * A change of a deployment that clients are not to notice.
 *
 * @param model the deployment whose clients ask meanwhile
 * @param gap whether nobody serves for a while, as its rollout declares
 */
record Move(String name, String model, boolean gap, Action action) {

  /** Makes the change and returns when it is complete. */
  interface Action {
    void run() throws Exception;
  }
}
