package io.remuda.node.instance;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.model.Trouble;

/** What an instance tells its owner. */
public sealed interface InstanceNotice {
  InstanceId id();

  /** It has come to another state. */
  record Changed(InstanceState state) implements InstanceNotice {
    @Override
    public InstanceId id() {
      return state.assignment().id();
    }
  }

  /** More has gone wrong with its engine; no step of its life. */
  record Troubled(InstanceId id, Trouble trouble) implements InstanceNotice {}

  /** Its engine wants to start; only one does at a time. */
  record WantsTurn(InstanceId id) implements InstanceNotice {}

  /** The next one may start. */
  record TurnOver(InstanceId id) implements InstanceNotice {}
}
