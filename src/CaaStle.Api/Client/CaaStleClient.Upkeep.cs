namespace CaaStle.Api;

/// <summary>What is done with environments and containers that exist, and with what is wrong.</summary>
public sealed partial class CaaStleClient
{
    public Task<OperationView> UpdateEnvironmentAsync(string name, EnvironmentUpdateRequest request, CancellationToken cancellationToken) =>
        StartAsync(
            HttpMethod.Put, $"{Routes.Environments}/{Escape(name)}", Body(request, ApiJson.Default.EnvironmentUpdateRequest), cancellationToken);

    public Task<PlanView> PlanEnvironmentUpdateAsync(string name, EnvironmentUpdateRequest request, CancellationToken cancellationToken) =>
        PostAsync(
            $"{Routes.Environments}/{Escape(name)}/plan",
            Body(request, ApiJson.Default.EnvironmentUpdateRequest),
            api => api.PlanView,
            cancellationToken);

    public Task<OperationView> CopyEnvironmentAsync(string name, EnvironmentCopyRequest request, CancellationToken cancellationToken) =>
        StartAsync(
            HttpMethod.Post,
            $"{Routes.Environments}/{Escape(name)}/copy",
            Body(request, ApiJson.Default.EnvironmentCopyRequest),
            cancellationToken);

    /// <param name="timeToLive">From now on; null for never.</param>
    public Task<ExpiryView> SetEnvironmentExpiryAsync(string name, TimeSpan? timeToLive, CancellationToken cancellationToken) =>
        AskAsync(
            new HttpRequestMessage(HttpMethod.Put, Relative($"{Routes.Environments}/{Escape(name)}/expiry"))
            {
                Content = Body(new ExpiryRequest((long?)timeToLive?.TotalSeconds), ApiJson.Default.ExpiryRequest),
            },
            api => api.ExpiryView,
            cancellationToken);

    /// <param name="verb">pause, resume, repair, or accept (what is missing).</param>
    /// <returns>The last of several operations; <see cref="OperationView.Together"/> has all.</returns>
    public Task<OperationView> SwitchEnvironmentAsync(string name, string verb, CancellationToken cancellationToken) =>
        StartAsync(HttpMethod.Post, $"{Routes.Environments}/{Escape(name)}/{verb}", null, cancellationToken);

    public Task<DriftView> GetEnvironmentDriftAsync(string name, CancellationToken cancellationToken) =>
        GetAsync($"{Routes.Environments}/{Escape(name)}/drift", api => api.DriftView, cancellationToken);

    /// <param name="dockerfile">Path within the context; null for that of before.</param>
    /// <param name="context">A tar of the build context, which can be read again; it is sent only after the server has asked for it.</param>
    public Task<OperationView> UpdateContainerAsync(
        string name, string? dockerfile, HttpContent context, CancellationToken cancellationToken) =>
        StartAsync(
            HttpMethod.Put, $"{Routes.Containers}/{Escape(name)}{Query(("dockerfile", dockerfile))}", context, cancellationToken, expectContinue: true);

    /// <summary>What the server finds of itself and its clouds.</summary>
    public Task<CheckReport> GetDoctorAsync(CancellationToken cancellationToken) =>
        GetAsync(Routes.Doctor, api => api.CheckReport, cancellationToken);

    /// <param name="profile">Null for the one that holds where none is named.</param>
    public Task<IdentityView> GetIdentityAsync(string cloud, string? profile, CancellationToken cancellationToken) =>
        GetAsync($"{Routes.Clouds}/{Escape(cloud)}/identity{Query(("profile", profile))}", api => api.IdentityView, cancellationToken);

    public Task<OrphanReportView> ListOrphansAsync(CancellationToken cancellationToken) =>
        GetAsync(Routes.Orphans, api => api.OrphanReportView, cancellationToken);

    public Task<IReadOnlyList<OrphanRemovalView>> RemoveOrphansAsync(IReadOnlyList<OrphanView> orphans, CancellationToken cancellationToken) =>
        AskAsync(
            new HttpRequestMessage(HttpMethod.Post, Relative($"{Routes.Orphans}/remove"))
            {
                Content = Body(new OrphanRemovalRequest(orphans), ApiJson.Default.OrphanRemovalRequest),
            },
            api => api.IReadOnlyListOrphanRemovalView,
            cancellationToken);
}
