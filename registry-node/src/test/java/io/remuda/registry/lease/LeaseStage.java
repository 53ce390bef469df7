package io.remuda.registry.lease;

import static io.remuda.registry.testing.Specs.aSpec;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.LeaseProtocol.Wish;
import io.remuda.protocol.NodeProtocol.HoldReply;
import io.remuda.protocol.Refused;
import io.remuda.protocol.RegistryProtocol;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.LeaseToken;
import io.remuda.protocol.model.LeaseView;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.registry.model.ClaimReply;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** One lease without its actor, and what others say to it. */
abstract class LeaseStage {

  static final LeaseId ID = new LeaseId("9f3a61");
  static final ModelName A = new ModelName("a");
  static final ModelName B = new ModelName("b");
  static final ModelName C = new ModelName("c");
  static final MachineId M1 = new MachineId("m1");
  static final Duration TTL = Duration.ofSeconds(60);
  static final Duration PATIENCE = Duration.ofSeconds(100);
  static final Duration LONGER = Duration.ofHours(1);
  static final Duration IMPATIENT = Duration.ofSeconds(1);

  LeaseState state = LeaseState.empty(ID);
  Instant now = Instant.ofEpochMilli(1_000_000);
  LeaseSoft soft = LeaseSoft.begun(state, now);

  void brings() {
    apply(
        LeaseDecision.write(
            new LeaseEvent.LeaseAsked(
                ID, wish(true, TTL, Optional.of(own()), new ModelName("mine")), now),
            soft));
  }

  static ModelSpec own() {
    return aSpec().named("mine").build();
  }

  void own(LeaseOrder.Own asked, Optional<ErrorCode> refused) {
    RegistryProtocol.Reply reply =
        new RegistryProtocol.Reply(Optional.empty(), refused.map(code -> Refused.of(code, "no")));
    apply(OwnDecider.answered(state, soft, asked, Optional.of(reply), now));
  }

  Optional<ErrorCode> refusal(Wish wish) {
    return LeaseDecider.objection(state, wish).map(Refused::code);
  }

  static Wish wish(boolean exclusive, Duration ttl, Optional<ModelSpec> own, ModelName... models) {
    return new Wish("me", Set.of(models), exclusive, Optional.empty(), ttl, PATIENCE, own);
  }

  void asked(ModelName... models) {
    apply(
        LeaseDecision.write(
            new LeaseEvent.LeaseAsked(ID, wish(true, TTL, Optional.empty(), models), now), soft));
  }

  void ready() {
    asked(A);
    told(granted(A, 41));
    held(A, 41, Optional.empty());
  }

  void closed() {
    asked(A, B);
    told(granted(A, 41));
    told(granted(B, 7));
    apply(LeaseDecider.release(state, soft, "done", now));
    told(new ClaimReply.Returned(A, ID));
    told(new ClaimReply.Returned(B, ID));
  }

  /** Granted, and soon tired of waiting. */
  void impatient() {
    apply(
        LeaseDecision.write(
            new LeaseEvent.LeaseAsked(
                ID,
                new Wish("me", Set.of(A), true, Optional.empty(), TTL, IMPATIENT, Optional.empty()),
                now),
            soft));
    told(granted(A, 41));
  }

  static ClaimReply granted(ModelName model, long number) {
    return granted(model, number, 1);
  }

  static ClaimReply granted(ModelName model, long number, long instance) {
    return new ClaimReply.Granted(model, ID, new InstanceId(model, instance), M1, number);
  }

  LeaseDecision told(ClaimReply reply) {
    return apply(LeaseDecider.told(state, soft, reply, now));
  }

  void held(ModelName model, long token, Optional<Refused> refused) {
    held(model, token, token, refused);
  }

  LeaseDecision held(ModelName model, long token, long highest, Optional<Refused> refused) {
    return apply(
        LeaseDecider.held(
            state,
            soft,
            new HoldReply(
                new InstanceId(model, 1), new LeaseToken(ID, token), M1, highest, refused),
            now));
  }

  /** Written at once where that is to be. */
  LeaseDecision renewed(Optional<Duration> ttl) {
    LeaseDecision decision = renewing(ttl);
    if (!decision.events().isEmpty()) {
      soft = LeaseTimeDecider.kept(state, soft, now);
    }
    return decision;
  }

  /** Up to where it is written. */
  LeaseDecision renewing(Optional<Duration> ttl) {
    return apply(LeaseTimeDecider.renewed(state, soft, ttl, now));
  }

  LeaseDecision look() {
    return apply(LeaseDecider.look(state, soft, now));
  }

  LeaseDecision apply(LeaseDecision decision) {
    soft = decision.soft();
    for (LeaseEvent event : decision.events()) {
      state = state.on(event);
    }
    return decision;
  }

  List<LeaseOrder> orders() {
    return LeaseOrderDecider.orders(state, soft, now, false);
  }

  static LeaseOrder claim(ModelName model, long floor) {
    return new LeaseOrder.Claim(model, floor, Optional.empty(), Optional.empty());
  }

  static LeaseOrder hold(ModelName model, long token, Duration ttl) {
    return new LeaseOrder.Hold(M1, new InstanceId(model, 1), new LeaseToken(ID, token), ttl);
  }

  LeaseView view() {
    return LeaseOutlook.reply(state, soft).lease().orElseThrow();
  }
}
