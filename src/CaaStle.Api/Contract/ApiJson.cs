using System.Text.Json;
using System.Text.Json.Serialization;

namespace CaaStle.Api;

/// <summary>How the contract is written as JSON: camel case, nulls left out. Source-generated, so that it works without reflection.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(EnvironmentCreateRequest))]
[JsonSerializable(typeof(EnvironmentUpdateRequest))]
[JsonSerializable(typeof(EnvironmentCopyRequest))]
[JsonSerializable(typeof(ExpiryRequest))]
[JsonSerializable(typeof(ExpiryView))]
[JsonSerializable(typeof(DriftView))]
[JsonSerializable(typeof(CheckReport))]
[JsonSerializable(typeof(OrphanReportView))]
[JsonSerializable(typeof(OrphanRemovalRequest))]
[JsonSerializable(typeof(IReadOnlyList<OrphanRemovalView>))]
[JsonSerializable(typeof(IReadOnlyList<EnvironmentSummary>))]
[JsonSerializable(typeof(EnvironmentDetail))]
[JsonSerializable(typeof(PlanView))]
[JsonSerializable(typeof(IReadOnlyList<ContainerSummary>))]
[JsonSerializable(typeof(ContainerDetail))]
[JsonSerializable(typeof(ApplicationDeployRequest))]
[JsonSerializable(typeof(IReadOnlyList<ApplicationSummary>))]
[JsonSerializable(typeof(ApplicationDetail))]
[JsonSerializable(typeof(LogLineView))]
[JsonSerializable(typeof(IReadOnlyList<ResourceView>))]
[JsonSerializable(typeof(OperationView))]
[JsonSerializable(typeof(IReadOnlyList<OperationView>))]
[JsonSerializable(typeof(EventView))]
[JsonSerializable(typeof(IReadOnlyList<EventView>))]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(ServerStatus))]
[JsonSerializable(typeof(ServerAddress))]
[JsonSerializable(typeof(ValidateRequest))]
[JsonSerializable(typeof(ValidateResult))]
[JsonSerializable(typeof(IReadOnlyList<TypeView>))]
public sealed partial class ApiJson : JsonSerializerContext;
