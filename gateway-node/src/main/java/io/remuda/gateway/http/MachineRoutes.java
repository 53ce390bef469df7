package io.remuda.gateway.http;

import akka.http.javadsl.model.HttpResponse;
import com.fasterxml.jackson.databind.node.TextNode;
import io.remuda.gateway.auth.Need;
import io.remuda.protocol.AccessProtocol.Scope;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.Departure;
import io.remuda.protocol.model.MachineView;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Function;

/** Machines and their instances, as the registry sees them now. */
final class MachineRoutes {

  /** What {@link LogRoutes} asks for too: instances are shown with lines of their engines. */
  static final Need SEE = LogRoutes.NEED;

  private static final Need CHANGE = Need.oneOf(Scope.ADMIN);

  private final FleetClient fleet;

  MachineRoutes(FleetClient fleet) {
    this.fleet = fleet;
  }

  List<ApiRoute> endpoints() {
    String tag = "machines";
    String one = "/v1/machines/{machine}";
    return List.of(
        ApiRoute.of("GET", "/v1/instances", SEE, tag, "All instances", this::instances)
            .query("model", "only those of one deployment")
            .gives(200, "InstanceList"),
        ApiRoute.of("GET", "/v1/machines", SEE, tag, "All machines", this::machines)
            .gives(200, "MachineList"),
        ApiRoute.of("GET", one, SEE, tag, "One machine", call -> one(call, fleet::machine))
            .gives(200, "Machine"),
        ApiRoute.of(
                "POST",
                one + "/cordon",
                CHANGE,
                tag,
                "Give it no new instances",
                call -> one(call, fleet::cordon, fleet::cordonGpu))
            .query("gpu", "only this GPU, by its index or its UUID")
            .gives(200, "Machine"),
        ApiRoute.of(
                "POST",
                one + "/uncordon",
                CHANGE,
                tag,
                "Give it instances again",
                call -> one(call, fleet::uncordon, fleet::uncordonGpu))
            .query("gpu", "only this GPU, by its index or its UUID")
            .gives(200, "Machine"),
        ApiRoute.of(
                "POST",
                one + "/drain",
                CHANGE,
                tag,
                "Cordon it and move its instances elsewhere",
                this::drain)
            .query("gpu", "only this GPU, by its index or its UUID")
            .query(
                "force",
                "true: also where something there has no other place; it serves on until it has")
            .query(ApiRoute.DRY_RUN, "true: change nothing, answer with what it would come to")
            .gives(200, "Machine"),
        ApiRoute.of(
                "POST",
                one + "/lose",
                CHANGE,
                tag,
                "What would come of its instances if it were lost",
                this::lose)
            .query(ApiRoute.DRY_RUN, "must be true: nobody orders a loss")
            .gives(200, "ForecastList"),
        ApiRoute.of(
                "POST",
                one + "/retry/{name}",
                CHANGE,
                tag,
                "Try a model there again that ran out of memory",
                this::retry)
            .gives(200, "DeploymentView"),
        ApiRoute.of(
                "PATCH",
                one + "/labels",
                CHANGE,
                tag,
                "Set labels that deployments may ask for; null takes one away",
                this::label)
            .takes("MachineLabels")
            .gives(200, "Machine"),
        ApiRoute.of(
                "POST",
                "/v1/machines/confirm-loss",
                CHANGE,
                tag,
                "Give up the machines that fell silent at once, before the brake lets go",
                this::confirmLoss)
            .gives(200, "LostMachines"));
  }

  private CompletionStage<HttpResponse> instances(Call call) {
    return fleet
        .instances()
        .thenApply(
            all ->
                Replies.json(
                    200,
                    Json.list(
                        all.stream()
                            .filter(instance -> call.caller().sees(instance.model()))
                            .filter(
                                instance ->
                                    call.query("model")
                                        .map(instance.model().value()::equals)
                                        .orElse(true))
                            .toList(),
                        instance -> Views.instance(instance, call.caller()))));
  }

  private CompletionStage<HttpResponse> machines(Call call) {
    return fleet
        .machines()
        .thenApply(
            all ->
                Replies.json(
                    200, Json.list(all, view -> MachineViews.machine(view, call.caller()))));
  }

  private CompletionStage<HttpResponse> drain(Call call) {
    if (call.flag(ApiRoute.DRY_RUN)) {
      return foresee(call, Departure.Kind.DRAIN, call.query("gpu"));
    }
    boolean force = call.flag("force");
    return one(
        call,
        machine -> fleet.drain(machine, force),
        (machine, gpu) -> fleet.drainGpu(machine, gpu, force));
  }

  private CompletionStage<HttpResponse> lose(Call call) {
    if (!call.flag(ApiRoute.DRY_RUN)) {
      throw Refusal.of(
          ErrorCode.INVALID_REQUEST,
          "a loss is nothing that one orders: send dryRun=true to see what it would come to, or"
              + " drain the machine");
    }
    return foresee(call, Departure.Kind.LOSE, Optional.empty());
  }

  private CompletionStage<HttpResponse> foresee(
      Call call, Departure.Kind kind, Optional<String> gpu) {
    return fleet
        .foresee(call.machine("machine"), kind, gpu)
        .thenApply(
            all ->
                Replies.json(
                    200,
                    Json.list(
                        all.stream()
                            .filter(forecast -> call.caller().sees(forecast.name()))
                            .toList(),
                        forecast -> ForecastViews.forecast(forecast, call.caller()))));
  }

  private CompletionStage<HttpResponse> label(Call call) {
    MachineId machine = call.machine("machine");
    return call.json()
        .thenCompose(body -> fleet.label(machine, LabelChange.of(body)))
        .thenApply(view -> Replies.json(200, MachineViews.machine(view, call.caller())));
  }

  private CompletionStage<HttpResponse> retry(Call call) {
    return fleet
        .retryOn(call.model("name"), call.machine("machine"))
        .thenApply(view -> Replies.json(200, Views.deployment(view, call.caller())));
  }

  private CompletionStage<HttpResponse> confirmLoss(Call call) {
    return fleet
        .confirmLoss()
        .thenApply(
            lost ->
                Replies.json(200, Json.list(lost, machine -> TextNode.valueOf(machine.value()))));
  }

  /** The whole machine, or one GPU of it where the query names one. */
  private static CompletionStage<HttpResponse> one(
      Call call,
      Function<MachineId, CompletionStage<MachineView>> whole,
      BiFunction<MachineId, String, CompletionStage<MachineView>> gpu) {
    return one(
        call,
        machine ->
            call.query("gpu")
                .map(named -> gpu.apply(machine, named))
                .orElseGet(() -> whole.apply(machine)));
  }

  private static CompletionStage<HttpResponse> one(
      Call call, Function<MachineId, CompletionStage<MachineView>> ask) {
    return ask.apply(call.machine("machine"))
        .thenApply(view -> Replies.json(200, MachineViews.machine(view, call.caller())));
  }
}
