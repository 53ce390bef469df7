package io.remuda.registry.journal;

import static io.remuda.registry.testing.Specs.aSpec;

import com.google.protobuf.InvalidProtocolBufferException;
import io.remuda.protocol.AccessProtocol.ApiKey;
import io.remuda.protocol.AccessProtocol.Scope;
import io.remuda.protocol.AuditProtocol;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.LeaseProtocol;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.KeyId;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.id.ModelPattern;
import io.remuda.protocol.limit.Limits;
import io.remuda.protocol.model.Defaults;
import io.remuda.protocol.model.InstanceReport.Origin;
import io.remuda.protocol.model.Keep;
import io.remuda.protocol.model.ModelFile;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.Policies;
import io.remuda.protocol.model.Relief;
import io.remuda.protocol.model.Resources;
import io.remuda.protocol.model.RolloutWish;
import io.remuda.protocol.model.Scaling;
import io.remuda.protocol.model.Schema;
import io.remuda.protocol.model.Spread;
import io.remuda.protocol.model.Verdict;
import io.remuda.registry.access.AccessEvent;
import io.remuda.registry.access.AccessState;
import io.remuda.registry.audit.AuditEvent;
import io.remuda.registry.audit.AuditState;
import io.remuda.registry.door.DoorEvent;
import io.remuda.registry.door.DoorState;
import io.remuda.registry.lease.LeaseEvent;
import io.remuda.registry.lease.LeaseState;
import io.remuda.registry.machine.MachineEvent;
import io.remuda.registry.machine.MachineState;
import io.remuda.registry.model.Absence;
import io.remuda.registry.model.AliasEvent;
import io.remuda.registry.model.DeploymentEvent;
import io.remuda.registry.model.Fit;
import io.remuda.registry.model.FitEvent;
import io.remuda.registry.model.FoundNoPlace;
import io.remuda.registry.model.InstanceEvent;
import io.remuda.registry.model.ModelState;
import io.remuda.registry.model.ModelStateCodec;
import io.remuda.registry.model.RegistrationEvent;
import io.remuda.registry.model.RolloutEvent;
import io.remuda.registry.model.ScaleEvent;
import io.remuda.registry.model.SwapEvent;
import io.remuda.registry.model.TenancyEvent;
import io.remuda.registry.placement.Grounds;
import io.remuda.registry.proto.journal.PModelState;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/** One of everything that the journal can hold, with every field filled. */
final class Samples {

  private static final Instant AT = Instant.ofEpochMilli(1_700_000_000_123L);
  private static final Limits LIMITS = new Limits(60, 90_000, 1_000_000, 0);
  private static final ModelName NAME = new ModelName("chat-small");
  private static final InstanceId ID = new InstanceId(NAME, 7);
  private static final MachineId MACHINE = new MachineId("a1b2c3d4e5f6");
  private static final Schema SCHEMA = new Schema("f1", "t.In", "t.Out", "AAECAw==");
  private static final Resources CLAIM = new Resources(24_000, 2_048, 1.5, 2);

  private static final InstanceId EIGHTH = new InstanceId(NAME, 8);

  static final LeaseId LEASE = new LeaseId("9f3a61");

  /** Numbers that the lease's instance was told. */
  static final long GRANTED = 41;

  static final long RETURNED = 44;

  private Samples() {}

  static Map<String, Object> all() {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("DeploymentDeclared", new DeploymentEvent.DeploymentDeclared(spec(), AT));
    all.put(
        "DeploymentDeclared-least",
        new DeploymentEvent.DeploymentDeclared(aSpec().named("demo").build(), AT));
    all.put(
        "DeploymentDeclared-policies",
        new DeploymentEvent.DeploymentDeclared(spec().withPolicies(policies()), AT));
    all.put(
        "DeploymentDeclared-composed",
        new DeploymentEvent.DeploymentDeclared(spec().withPolicies(composed()), AT));
    all.put(
        "DeploymentDeclared-relieved",
        new DeploymentEvent.DeploymentDeclared(spec().withPolicies(relieved()), AT));
    all.put(
        "DeploymentDeclared-defaults",
        new DeploymentEvent.DeploymentDeclared(spec().withPolicies(defaults()), AT));
    all.put("DeploymentChanged", new DeploymentEvent.DeploymentChanged(spec().withReplicas(5), AT));
    all.put("DeploymentScaled", new DeploymentEvent.DeploymentScaled(NAME, 0, AT));
    all.put("DeploymentRemoved", new DeploymentEvent.DeploymentRemoved(NAME, AT));
    all.put("NameClosed", new DeploymentEvent.NameClosed(NAME, AT));
    all.put("ModelState-closed", closed());
    all.put("SchemaEvolved", new DeploymentEvent.SchemaEvolved(spec(), "t.In.limit is new", AT));
    all.put("MachineRegistered", new RegistrationEvent.MachineRegistered(spec(), MACHINE, AT));
    all.put(
        "RegistrationRefused",
        new RegistrationEvent.RegistrationRefused(NAME, MACHINE, "f2", "another schema", AT));
    all.put(
        "MachineUnregistered",
        new RegistrationEvent.MachineUnregistered(NAME, MACHINE, "its jar was removed", AT));
    all.put("ModelState-self", ofUnknownNumbers(selfRegistered()));
    all.put("ModelDescribed", new DeploymentEvent.ModelDescribed(NAME, MACHINE, file(), AT));
    all.put(
        "InstanceAssigned",
        new InstanceEvent.InstanceAssigned(ID, MACHINE, CLAIM, Origin.ASSIGNED, AT));
    all.put(
        "InstanceRefused",
        new InstanceEvent.InstanceRefused(ID, MACHINE, ErrorCode.NODE_FULL, "no room", AT));
    all.put("InstanceReady", new InstanceEvent.InstanceReady(ID, AT));
    all.put("InstanceStopping", new InstanceEvent.InstanceStopping(ID, "fewer are wanted", AT));
    all.put("InstanceEnded", new InstanceEvent.InstanceEnded(ID, true, "exit code 1", AT));
    all.put("InstanceLost", new InstanceEvent.InstanceLost(ID, MACHINE, "not heard", AT));
    all.put(
        "InstanceAssigned-grounds",
        new InstanceEvent.InstanceAssigned(
            ID, MACHINE, CLAIM, Origin.ASSIGNED, Optional.of(grounds()), OptionalLong.empty(), AT));
    all.put(
        "InstanceAssigned-revision",
        new InstanceEvent.InstanceAssigned(
            ID, MACHINE, CLAIM, Origin.ASSIGNED, Optional.empty(), OptionalLong.of(1), AT));
    all.put(
        "InstanceLost-absence",
        new InstanceEvent.InstanceLost(ID, MACHINE, "not heard", Optional.of(absence()), AT));
    all.put("EngineRestarted", restarted());
    all.put(
        "ModelState-restarted",
        ofUnknownNumbers(modelState().on(restarted(new InstanceId(NAME, 8)))));
    all.put("AliasSet", new AliasEvent.AliasSet(NAME, new ModelName("chat-v2"), AT));
    all.put("AliasRemoved", new AliasEvent.AliasRemoved(NAME, AT));
    all.put(
        "ModelState-alias",
        ModelState.empty(NAME).on(new AliasEvent.AliasSet(NAME, new ModelName("chat-v2"), AT)));
    all.put("ClaimMeasured", new FitEvent.ClaimMeasured(ID, MACHINE, 3, CLAIM, 2, AT));
    all.put("DoesNotFit", new FitEvent.DoesNotFit(NAME, MACHINE, unfit(), AT));
    all.put(
        "FoundNoPlace",
        new FoundNoPlace(
            NAME,
            1,
            2,
            40,
            List.of(new Verdict(MACHINE, false, true, "memory", "512 MiB, m1 has 100 MiB free")),
            AT));
    all.put("FitForgotten", new FitEvent.FitForgotten(NAME, MACHINE, AT));
    all.put(
        "ModelState-fit",
        modelState()
            .on(new FitEvent.ClaimMeasured(ID, MACHINE, 3, CLAIM, 2, AT))
            .on(new FitEvent.DoesNotFit(NAME, MACHINE, unfit(), AT)));
    all.put("InstanceLeased", new TenancyEvent.InstanceLeased(EIGHTH, LEASE, GRANTED, AT));
    all.put(
        "InstanceReturned",
        new TenancyEvent.InstanceReturned(EIGHTH, LEASE, RETURNED, "the lease has ended", AT));
    all.put(
        "ModelState-leased",
        modelState().on(new TenancyEvent.InstanceLeased(EIGHTH, LEASE, GRANTED, AT)));
    all.put("DeploymentBrought", new DeploymentEvent.DeploymentBrought(spec(), LEASE, AT));
    all.put(
        "ModelState-brought",
        ModelState.empty(NAME).on(new DeploymentEvent.DeploymentBrought(spec(), LEASE, AT)));
    all.put("InstanceLeased-share", new TenancyEvent.InstanceLeased(EIGHTH, LEASE, GRANTED, AT, 3));
    all.put(
        "ModelState-shared",
        modelState().on(new TenancyEvent.InstanceLeased(EIGHTH, LEASE, GRANTED, AT, 3)));
    all.put("LeaseAsked-share", new LeaseEvent.LeaseAsked(LEASE, shareWish(), AT));
    all.put("LeaseAsked", new LeaseEvent.LeaseAsked(LEASE, wish(), AT));
    all.put("LeaseAsked-least", new LeaseEvent.LeaseAsked(LEASE, leastWish(), AT));
    all.put("LeaseDeploying", new LeaseEvent.LeaseDeploying(LEASE, AT));
    all.put("LeaseGranted", new LeaseEvent.LeaseGranted(LEASE, GRANTED, Map.of(NAME, part()), AT));
    all.put("LeaseMoved", new LeaseEvent.LeaseMoved(LEASE, NAME, part(), "it is gone", AT));
    all.put("LeaseRenewed", renewed());
    all.put("LeaseEnded", ended());
    all.put("LeaseEnded-refused", refused());
    all.put(
        "LeaseState-refused",
        LeaseState.empty(LEASE).on(new LeaseEvent.LeaseAsked(LEASE, wish(), AT)).on(refused()));
    all.put("LeaseClosed", new LeaseEvent.LeaseClosed(LEASE, AT));
    all.put(
        "LeaseState",
        LeaseState.empty(LEASE)
            .on(new LeaseEvent.LeaseAsked(LEASE, wish(), AT))
            .on(new LeaseEvent.LeaseDeploying(LEASE, AT))
            .on(
                new LeaseEvent.LeaseGranted(
                    LEASE, GRANTED, Map.of(NAME, part()), AT.plusSeconds(1))));
    all.put(
        "LeaseState-renewed",
        LeaseState.empty(LEASE)
            .on(new LeaseEvent.LeaseAsked(LEASE, leastWish(), AT))
            .on(renewed()));
    all.put(
        "LeaseState-ended",
        LeaseState.empty(LEASE)
            .on(new LeaseEvent.LeaseAsked(LEASE, leastWish(), AT))
            .on(ended())
            .on(new LeaseEvent.LeaseClosed(LEASE, AT)));
    all.put("MachineCordoned", new MachineEvent.MachineCordoned(MACHINE, AT));
    all.put("MachineUncordoned", new MachineEvent.MachineUncordoned(MACHINE, AT));
    all.put("MachineDraining", new MachineEvent.MachineDraining(MACHINE, AT));
    all.put("GpusCordoned", new MachineEvent.GpusCordoned(MACHINE, Set.of("GPU-a", "GPU-b"), AT));
    all.put("GpusDraining", new MachineEvent.GpusDraining(MACHINE, Set.of("GPU-b"), AT));
    all.put("GpusUncordoned", new MachineEvent.GpusUncordoned(MACHINE, Set.of("GPU-a"), AT));
    all.put(
        "MachineState-gpus",
        MachineState.empty(MACHINE)
            .on(new MachineEvent.GpusCordoned(MACHINE, Set.of("GPU-a", "GPU-b"), AT)));
    all.put(
        "MachineState-draining-gpu",
        MachineState.empty(MACHINE)
            .on(new MachineEvent.GpusCordoned(MACHINE, Set.of("GPU-a"), AT))
            .on(new MachineEvent.GpusDraining(MACHINE, Set.of("GPU-b"), AT)));
    all.put("MachineLabelled", new MachineEvent.MachineLabelled(MACHINE, Map.of("zone", "a"), AT));
    all.put("KeyCreated", new AccessEvent.KeyCreated(key(), AT));
    all.put("KeyCreated-tenant", new AccessEvent.KeyCreated(tenantsKey(), AT));
    all.put(
        "KeyRotated",
        new AccessEvent.KeyRotated(
            new KeyId("abcd1234"), "11ee", Optional.of(AT.plusSeconds(3600)), AT));
    all.put(
        "KeyRotated-stolen",
        new AccessEvent.KeyRotated(new KeyId("abcd1234"), "11ee", Optional.empty(), AT));
    all.put(
        "Operated",
        new AuditEvent.Operated(
            new AuditProtocol.Deed(
                "req-1",
                "abcd1234",
                Optional.of("acme"),
                "PUT /v1/deployments/{name}",
                "/v1/deployments/demo",
                409,
                Optional.of("version_conflict")),
            AT));
    all.put("AuditState", new AuditState(7));
    all.put("KeyCreated-limited", new AccessEvent.KeyCreated(limitedKey(), AT));
    all.put("KeyLimited", new AccessEvent.KeyLimited(new KeyId("abcd1234"), LIMITS, AT));
    all.put("TenantLimited", new AccessEvent.TenantLimited("acme", LIMITS, AT));
    all.put(
        "AccessState-limited",
        AccessState.EMPTY
            .on(new AccessEvent.KeyCreated(key(), AT))
            .on(new AccessEvent.KeyLimited(new KeyId("abcd1234"), LIMITS, AT))
            .on(new AccessEvent.TenantLimited("acme", LIMITS, AT)));
    all.put("KeyRevoked", new AccessEvent.KeyRevoked(new KeyId("abcd1234"), AT));
    all.put(
        "NodeRefused", new DoorEvent.NodeRefused("192.0.2.7", "it shows no certificate", 3, AT));
    all.put("DoorState", new DoorState(17));
    all.put("ModelState", ofUnknownNumbers(modelState()));
    all.put("ModelState-placed", modelState());
    all.put("Autoscaled", new ScaleEvent.Autoscaled(NAME, 1, 3, "9 requests wait for 1", 9, 4, AT));
    all.put(
        "ModelState-scaled", modelState().on(new ScaleEvent.Autoscaled(NAME, 1, 0, "", 0, 0, AT)));
    SwapEvent.GaveWay gave =
        new SwapEvent.GaveWay(ID, MACHINE, new ModelName("wanted"), "requests wait for it", AT);
    all.put("GaveWay", gave);
    all.put("ModelState-given", modelState().on(gave));
    all.put("ModelState-evolved", ofUnknownNumbers(evolved()));
    all.put("ModelState-kept", ofUnknownNumbers(keptSchema()));
    all.put("ModelState-recipes", twoRecipes());
    all.put("RolloutBegun", new RolloutEvent.RolloutBegun(spec(), AT));
    all.put("RolloutCompleted", new RolloutEvent.RolloutCompleted(NAME, 11, AT));
    all.put("RolloutHalted", halted());
    all.put("RolledBack", new RolloutEvent.RolledBack(NAME, 1, "an operator did", AT));
    all.put("RolloutBegun-back", new RolloutEvent.RolloutBegun(spec(), OptionalLong.of(4), AT));
    all.put(
        "RolloutCompleted-gap",
        new RolloutEvent.RolloutCompleted(NAME, 11, Optional.of(Duration.ofMillis(1_250)), AT));
    all.put("RolloutPromoted", new RolloutEvent.RolloutPromoted(NAME, 11, AT));
    all.put("CanaryWeighed", new RolloutEvent.CanaryWeighed(NAME, 35, AT));
    all.put("ModelState-canary", canary(OptionalLong.of(1)));
    all.put("ModelState-previous", previous());
    all.put("ModelState-rolling", rolling());
    all.put("ModelState-halted", rolling().on(halted()));
    all.put(
        "MachineState",
        MachineState.empty(MACHINE)
            .on(new MachineEvent.MachineLabelled(MACHINE, Map.of("zone", "a"), AT))
            .on(new MachineEvent.MachineDraining(MACHINE, AT)));
    all.put(
        "AccessState",
        AccessState.EMPTY
            .on(new AccessEvent.KeyCreated(key(), AT))
            .on(new AccessEvent.KeyRevoked(new KeyId("abcd1234"), AT)));
    all.put(
        "AccessState-rotated",
        AccessState.EMPTY
            .on(new AccessEvent.KeyCreated(tenantsKey(), AT))
            .on(
                new AccessEvent.KeyRotated(
                    new KeyId("efgh5678"), "11ee", Optional.of(AT.plusSeconds(3600)), AT)));
    return all;
  }

  private static ModelState closed() {
    return ModelState.empty(NAME)
        .on(new DeploymentEvent.DeploymentDeclared(spec(), AT))
        .on(new DeploymentEvent.DeploymentRemoved(NAME, AT))
        .on(new DeploymentEvent.NameClosed(NAME, AT));
  }

  private static LeaseEvent renewed() {
    return new LeaseEvent.LeaseRenewed(LEASE, Duration.ofMillis(3_600_250), AT);
  }

  private static LeaseEvent ended() {
    return new LeaseEvent.LeaseEnded(LEASE, LeaseState.Cause.EXPIRED, "not renewed", AT);
  }

  private static LeaseEvent refused() {
    return new LeaseEvent.LeaseEnded(
        LEASE,
        LeaseState.Cause.REFUSED,
        "no machine can ever hold it",
        Optional.of(ErrorCode.CANNOT_BE_PLACED),
        AT);
  }

  private static LeaseState.Part part() {
    return new LeaseState.Part(EIGHTH, MACHINE);
  }

  private static LeaseProtocol.Wish wish() {
    return new LeaseProtocol.Wish(
        "abcd1234",
        Set.of(NAME, new ModelName("embedder")),
        true,
        Optional.of("thread-7"),
        Duration.ofMillis(60_500),
        Duration.ofMinutes(5),
        Optional.of(spec()));
  }

  private static LeaseProtocol.Wish shareWish() {
    return new LeaseProtocol.Wish(
        "ak-1",
        Set.of(NAME),
        false,
        Optional.empty(),
        Duration.ofMinutes(10),
        Duration.ZERO,
        Optional.empty(),
        3);
  }

  private static LeaseProtocol.Wish leastWish() {
    return new LeaseProtocol.Wish(
        "anyone",
        Set.of(NAME),
        false,
        Optional.empty(),
        Duration.ofSeconds(60),
        Duration.ofMinutes(5),
        Optional.empty());
  }

  private static Policies policies() {
    return new Policies(
        Optional.of(
            new Scaling(
                0, 4, Optional.of(Duration.ofMinutes(5)), 2, Optional.of(Duration.ofMillis(800)))),
        new RolloutWish(RolloutWish.Strategy.SURGE, 2, Optional.of(Duration.ofMinutes(9))));
  }

  private static Policies composed() {
    return new Policies(
        Optional.empty(),
        new RolloutWish(RolloutWish.Strategy.AUTO, 1, Optional.empty(), OptionalInt.of(5)),
        new Keep(true, -7),
        Set.of(new ModelName("embedder"), new ModelName("reader")));
  }

  private static Policies relieved() {
    return new Policies(
        Optional.empty(),
        RolloutWish.DEFAULT,
        Keep.DEFAULT,
        Set.of(),
        new Relief(
            List.of(new ModelName("chat-old"), new ModelName("chat-tiny")),
            Optional.of(new Relief.Shadow(new ModelName("chat-next"), 0.05))));
  }

  private static Policies defaults() {
    return new Policies(
        Optional.empty(),
        RolloutWish.DEFAULT,
        Keep.DEFAULT,
        Set.of(),
        Relief.NONE,
        new Defaults(Map.of("temperature", "0.2", "seed", "7"), Optional.of("Be brief.")));
  }

  private static Fit.Unfit unfit() {
    return new Fit.Unfit(3, CLAIM, 16_000, 24_000, "out of memory");
  }

  private static Grounds grounds() {
    return new Grounds(
        Spread.SPREAD,
        0.75,
        1,
        40,
        List.of(
            new Verdict(MACHINE, true, true, "fits", "would be 75 % full with it"),
            new Verdict(new MachineId("b2"), false, true, "memory", "needs 9, has 8 free")));
  }

  private static Absence absence() {
    return new Absence(Duration.ofMillis(31_250), Duration.ofSeconds(30), true, true, 2, 5, true);
  }

  private static InstanceEvent restarted() {
    return restarted(ID);
  }

  private static InstanceEvent restarted(InstanceId id) {
    return new InstanceEvent.EngineRestarted(id, MACHINE, 4, "exit code 1", AT);
  }

  private static ModelState modelState() {
    return ModelState.empty(NAME)
        .on(new DeploymentEvent.DeploymentDeclared(spec(), AT))
        .on(new DeploymentEvent.ModelDescribed(NAME, MACHINE, file(), AT))
        .on(new InstanceEvent.InstanceAssigned(ID, MACHINE, CLAIM, Origin.ASSIGNED, AT))
        .on(new InstanceEvent.InstanceReady(ID, AT))
        .on(new InstanceEvent.InstanceStopping(ID, "drained", AT))
        .on(
            new InstanceEvent.InstanceAssigned(
                new InstanceId(NAME, 8), MACHINE, CLAIM, Origin.SELF, AT))
        .on(new InstanceEvent.InstanceEnded(new InstanceId(NAME, 9), true, "exit code 1", AT));
  }

  /** As a version that did not keep the numbers of instances wrote it. */
  private static ModelState ofUnknownNumbers(ModelState state) {
    try {
      return ModelStateCodec.decode(
          PModelState.parseFrom(ModelStateCodec.encode(state)).toBuilder()
              .clearPlacedBefore()
              .clearPlaced()
              .build()
              .toByteArray());
    } catch (InvalidProtocolBufferException broken) {
      throw new IllegalStateException(broken);
    }
  }

  private static ModelState evolved() {
    Schema more = new Schema("f2", "t.In", "t.Out", "AAECAw==");
    return ModelState.empty(NAME)
        .on(new DeploymentEvent.DeploymentDeclared(spec(), AT))
        .on(new DeploymentEvent.SchemaEvolved(spec().withSchema(more), "t.In.limit is new", AT));
  }

  /** Its declaration says no schema any more, and nobody has described it. */
  private static ModelState keptSchema() {
    ModelSpec typed = spec();
    ModelSpec silent =
        new ModelSpec(
            typed.name(),
            typed.engine(),
            typed.model(),
            typed.replicas(),
            typed.resources(),
            typed.context(),
            typed.slots(),
            typed.arguments(),
            typed.machineLabels(),
            typed.strategy(),
            typed.antiAffinity(),
            Optional.empty(),
            typed.policies());
    return ModelState.empty(NAME)
        .on(new DeploymentEvent.DeploymentDeclared(typed, AT))
        .on(new DeploymentEvent.DeploymentChanged(silent, AT));
  }

  /** An instance is of a recipe that is declared no more. */
  private static ModelState twoRecipes() {
    return modelState()
        .on(new DeploymentEvent.DeploymentChanged(aSpec().named("chat-small").build(), AT));
  }

  private static RolloutEvent halted() {
    return new RolloutEvent.RolloutHalted(
        NAME, 11, "no machine can ever hold it", ErrorCode.CANNOT_BE_PLACED, AT);
  }

  private static ModelState rolling() {
    return modelState()
        .on(new RolloutEvent.RolloutBegun(aSpec().named("chat-small").build(), AT))
        .on(
            new InstanceEvent.InstanceAssigned(
                new InstanceId(NAME, 9), MACHINE, CLAIM, Origin.ASSIGNED, AT))
        .on(new InstanceEvent.InstanceEnded(new InstanceId(NAME, 9), true, "exit code 1", AT));
  }

  /** Nobody takes requests, for its old instance was lost and its canary is not ready. */
  private static ModelState canary(OptionalLong back) {
    InstanceId lost = new InstanceId(NAME, 2);
    ModelSpec next = aSpec().named("chat-small").build().withPolicies(composed());
    return ModelState.empty(NAME)
        .on(new DeploymentEvent.DeploymentDeclared(spec(), AT))
        .on(new InstanceEvent.InstanceAssigned(lost, MACHINE, CLAIM, Origin.ASSIGNED, AT))
        .on(new InstanceEvent.InstanceReady(lost, AT))
        .on(new RolloutEvent.RolloutBegun(next, back, AT))
        .on(new RolloutEvent.CanaryWeighed(NAME, 35, AT.plusMillis(20)))
        .on(new InstanceEvent.InstanceLost(lost, MACHINE, "gone", AT.plusMillis(40)));
  }

  private static ModelState previous() {
    ModelState canary = canary(OptionalLong.empty());
    return canary
        .on(new RolloutEvent.RolloutPromoted(NAME, canary.goal(), AT))
        .on(new RolloutEvent.RolloutCompleted(NAME, canary.goal(), AT));
  }

  private static ModelState selfRegistered() {
    return ModelState.empty(NAME)
        .on(new RegistrationEvent.MachineRegistered(spec(), MACHINE, AT))
        .on(new RegistrationEvent.MachineRegistered(spec(), new MachineId("b2"), AT))
        .on(
            new RegistrationEvent.RegistrationRefused(
                NAME, new MachineId("c3"), "f2", "another schema", AT));
  }

  private static ModelFile file() {
    return new ModelFile(3_000_000, "sha256:ab", CLAIM, true, Optional.of(SCHEMA), "from header");
  }

  private static ApiKey key() {
    return new ApiKey(
        new KeyId("abcd1234"),
        "ci",
        "00ff",
        Set.of(Scope.INFER, Scope.DEPLOY),
        Set.of(NAME),
        AT,
        Optional.of(AT.plusSeconds(60)),
        false,
        1);
  }

  private static ApiKey limitedKey() {
    return tenantsKey().limitedAt(1, LIMITS);
  }

  private static ApiKey tenantsKey() {
    return new ApiKey(
        new KeyId("efgh5678"),
        "acme's",
        "00ff",
        Set.of(Scope.INFER),
        Set.of(),
        AT,
        Optional.empty(),
        false,
        1,
        Set.of(new ModelPattern("acme-")),
        Optional.of("acme"),
        List.of());
  }

  private static ModelSpec spec() {
    return new ModelSpec(
        NAME,
        "llama-server",
        Optional.of("models/small.gguf"),
        2,
        Optional.of(CLAIM),
        OptionalInt.of(4096),
        OptionalInt.of(4),
        Map.of("temp", "0.1"),
        Map.of("zone", "a"),
        Spread.SPREAD,
        true,
        Optional.of(SCHEMA),
        Policies.NONE);
  }
}
