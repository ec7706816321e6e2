using System.Text;
using System.Text.Json.Nodes;
using CaaStle.Abstractions;

namespace CaaStle.Docker;

/// <summary>Who to be at a registry: a user with a password, or the bearer of a token.</summary>
/// <param name="Server">The registry as Docker's client knows it: its host, except for Docker Hub.</param>
/// <param name="Username">Empty for the bearer of a token.</param>
/// <param name="IdentityToken">One that the registry exchanges for those that its API takes.</param>
/// <param name="RegistryToken">One that the registry's API takes as it is.</param>
internal sealed record RegistryLogin(
    string Server, string Username, Secret Password, Secret? IdentityToken = null, Secret? RegistryToken = null)
{
    /// <summary>The header of a pull.</summary>
    public RequestHeader ToHeader() => Header("X-Registry-Auth", ToJson());

    /// <summary>The header of a build, during which the engine may pull from any of the registries.</summary>
    public static RequestHeader ToHeader(IEnumerable<RegistryLogin> logins) => Header(
        "X-Registry-Config", new JsonObject(logins.Select(login => KeyValuePair.Create(login.Server, (JsonNode?)login.ToJson()))));

    private JsonObject ToJson()
    {
        var json = new JsonObject { ["username"] = Username, ["password"] = Password.Reveal(), ["serveraddress"] = Server };
        if (IdentityToken is not null)
        {
            json["identitytoken"] = IdentityToken.Reveal();
        }

        if (RegistryToken is not null)
        {
            json["registrytoken"] = RegistryToken.Reveal();
        }

        return json;
    }

    // Docker wants the alphabet for URLs, with padding.
    private static RequestHeader Header(string name, JsonObject json) => new(
        name, new Secret(Convert.ToBase64String(Encoding.UTF8.GetBytes(json.ToJsonString())).Replace('+', '-').Replace('/', '_')));
}

/// <summary>A header that must not be shown.</summary>
internal sealed record RequestHeader(string Name, Secret Value);
