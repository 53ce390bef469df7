package io.remuda.registry.model;

import io.remuda.protocol.id.ModelName;
import io.remuda.registry.journal.JournalEvent;

/** What happened to a deployment. Applying an event changes state and never decides. */
public sealed interface ModelEvent extends JournalEvent
    permits AliasEvent,
        DeploymentEvent,
        FitEvent,
        FoundNoPlace,
        InstanceEvent,
        RegistrationEvent,
        RolloutEvent,
        ScaleEvent,
        SwapEvent,
        TenancyEvent {

  ModelName name();

  ModelState applyTo(ModelState state);

  @Override
  default String subject() {
    return name().value();
  }
}
