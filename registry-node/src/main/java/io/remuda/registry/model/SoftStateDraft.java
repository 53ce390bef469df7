package io.remuda.registry.model;

import io.remuda.protocol.Refused;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.registry.placement.Locality;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** A {@link SoftState} in the making: what is not set stays as it was. */
final class SoftStateDraft {

  Map<InstanceId, Instant> sent;
  Map<MachineId, Instant> asked;
  Map<MachineId, SoftState.Hold> absent;
  Map<MachineId, SoftState.Hold> holds;
  Map<InstanceId, Refused> standing;
  Map<InstanceId, Instant> strangers;
  Map<MachineId, Instant> registered;
  Optional<Instant> cramped;
  Locality files;
  DemandWindow window;
  Claims claims;
  Evictions evictions;
  NoPlaceDecider.Memory noPlace;

  SoftStateDraft(SoftState from) {
    sent = from.sent();
    asked = from.asked();
    absent = from.absent();
    holds = from.holds();
    standing = from.standing();
    strangers = from.strangers();
    registered = from.registered();
    cramped = from.cramped();
    files = from.files();
    window = from.window();
    claims = from.claims();
    evictions = from.evictions();
    noPlace = from.noPlace();
  }

  SoftState done() {
    return new SoftState(
        sent,
        asked,
        absent,
        holds,
        standing,
        strangers,
        registered,
        cramped,
        files,
        window,
        claims,
        evictions,
        noPlace);
  }
}
