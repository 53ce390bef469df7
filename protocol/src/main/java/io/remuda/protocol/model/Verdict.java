package io.remuda.protocol.model;

import io.remuda.protocol.WireMessage;
import io.remuda.protocol.id.MachineId;

/**
 * Why a machine was chosen or passed over.
 *
 * @param fits whether the instance could go there now
 * @param everFits whether it could if the machine were empty
 * @param predicate the one that failed, such as {@code gpu-memory}; "fits" when none did
 * @param text a sentence with need, free and what to do
 */
public record Verdict(
    MachineId machine, boolean fits, boolean everFits, String predicate, String text)
    implements WireMessage {

  /** Of its size in a message, in bytes. */
  int size() {
    return 150 + LastWords.size(text);
  }
}
