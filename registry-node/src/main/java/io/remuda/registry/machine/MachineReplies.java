package io.remuda.registry.machine;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.MachineProtocol.Reply;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.Gpu;
import io.remuda.protocol.model.MachineView;
import io.remuda.registry.fleet.MachineList;
import io.remuda.registry.model.Surroundings;
import java.util.List;
import java.util.Optional;

/** What callers are told of one machine. */
final class MachineReplies {

  private final MachineId machine;
  private final Surroundings around;

  MachineReplies(MachineId machine, Surroundings around) {
    this.machine = machine;
    this.around = around;
  }

  /** The machine as the fleet shows it now. */
  Reply shown(MachineState state) {
    return new Reply(Optional.of(view(state)), Optional.empty());
  }

  /** With what was decided and is obeyed, where the machine's next report is still to say so. */
  Reply obeyed(MachineState state) {
    return new Reply(Optional.of(view(state).labelled(state.labels())), Optional.empty());
  }

  Reply unknown() {
    return refused(
        ErrorCode.NOT_FOUND,
        "no machine %s has joined; `remuda machines` shows those that have".formatted(machine));
  }

  /** To who names a GPU that the machine does not have. */
  Reply unknownGpu(String named) {
    return new Reply(
        Optional.empty(), Optional.of(MachineDecider.unknownGpu(machine, gpus(), named)));
  }

  /** The GPUs that the machine last said it has. */
  List<Gpu> gpus() {
    return around
        .fleet()
        .snapshot()
        .machine(machine)
        .map(seen -> seen.report().capacity().gpus())
        .orElse(List.of());
  }

  Reply disobeyed(Refused why) {
    return refused(
        why.code(),
        "the change is kept, but machine %s does not obey: %s".formatted(machine, why.message()));
  }

  /** To who waits for a write that never came to an end. */
  Reply unconfirmed() {
    return refused(
        ErrorCode.STORE_UNAVAILABLE,
        "the journal's database did not confirm the change to machine %s; look at it"
                .formatted(machine)
            + " again when the database answers");
  }

  /** To who waits for a machine that will be told from elsewhere. */
  Reply untold() {
    return refused(
        ErrorCode.REGISTRY_UNAVAILABLE,
        "the change to machine %s is kept, but this registry node cannot tell whether the"
                .formatted(machine)
            + " machine obeys it yet; look at it again");
  }

  private MachineView view(MachineState state) {
    return MachineList.view(
        machine,
        around.fleet().snapshot(),
        state.cordoned(),
        state.draining(),
        around.settings().reconcile().suspectAfter());
  }

  private static Reply refused(ErrorCode code, String sentence) {
    return new Reply(Optional.empty(), Optional.of(Refused.of(code, sentence)));
  }
}
