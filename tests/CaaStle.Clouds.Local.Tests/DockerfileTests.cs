using CaaStle.Docker.Building;

namespace CaaStle.Clouds.Local.Tests;

public sealed class DockerfileTests
{
    [Fact]
    public void Every_image_that_is_started_or_copied_from_is_found_and_stages_are_not()
    {
        var images = ImagesOf(
            """
            # FROM commented
            ARG VERSION=12 SUFFIX="-slim"
            ARG REGISTRY
            ARG GO=golang:${VERSION}
            FROM --platform=linux/amd64 ${GO}${SUFFIX} AS build
            COPY --from=busybox:1 /bin/sh /sh
            RUN --mount=type=cache,target=/c --mount=type=bind,from=tools/lint,target=/lint --mount=from=tools/two,target=/two \
                # between
                make
            FROM build AS test
            FROM ${REGISTRY:-ghcr.io}/base@sha256:00ff
            COPY --from=Test --chown=1 /out /out
            COPY --from=0 /out /out
            FROM scratch
            COPY --from=2 / /
            """);

        Assert.Equal(["golang:12-slim", "busybox:1", "tools/lint:latest", "tools/two:latest", "ghcr.io/base@sha256:00ff"], images);
    }

    [Fact]
    public void A_stage_that_the_last_one_does_not_need_is_not_looked_at()
    {
        var dockerfile = Dockerfile.Parse(
            """
            FROM private/tools AS test
            RUN --mount=type=secret,id=token test
            FROM base AS base
            FROM base
            """);

        Assert.Equal(["base:latest"], dockerfile.Images.Select(image => image.ToString()));
        Assert.Null(dockerfile.ClientMount);
    }

    [Fact]
    public void Here_documents_are_not_instructions() => Assert.Equal(
        ["base:latest", "other:latest"],
        ImagesOf(
            """
            FROM base
            RUN <<EOF cat <<-'QUERY' > /query
            FROM users
            EOF
            FROM customers
            QUERY
            RUN echo $((1 << no)) <<<word
            COPY --from=other / /
            """));

    [Theory]
    [InlineData("FROM base-$TARGETARCH")]
    [InlineData("ARG BASE\nFROM $BASE")]
    [InlineData("ARG SET=1\nFROM ${SET:+base}")]
    [InlineData("FROM base@wrong")]
    [InlineData("COPY . .")]
    [InlineData("")]
    public void What_only_the_builder_knows_is_left_to_it(string dockerfile) => Assert.Empty(ImagesOf(dockerfile));

    [Theory]
    [InlineData("# syntax=docker/dockerfile:1\nFROM base", "docker/dockerfile:1")]
    [InlineData("# escape=`\r\n#Syntax = ghcr.io/front:2 option\r\nFROM base", "ghcr.io/front:2")]
    [InlineData("FROM base\n# syntax=docker/dockerfile:1", null)]
    [InlineData("# a comment\n# syntax=docker/dockerfile:1\nFROM base", null)]
    public void The_frontend_is_named_at_the_top(string dockerfile, string? frontend) =>
        Assert.Equal(frontend, Dockerfile.Parse(dockerfile).Frontend?.ToString());

    [Theory]
    [InlineData("RUN --mount=type=secret,id=token make", "secret")]
    [InlineData("RUN --network=none --mount=target=/k,type=ssh make", "ssh")]
    [InlineData("RUN --mount=type=cache,target=/c make --mount=type=secret", null)]
    public void A_mount_that_only_a_client_could_serve_is_found(string instruction, string? type) =>
        Assert.Equal(type, Dockerfile.Parse($"FROM base AS build\n{instruction}\nFROM scratch\nCOPY --from=build / /").ClientMount);

    private static IEnumerable<string> ImagesOf(string dockerfile) => Dockerfile.Parse(dockerfile).Images.Select(image => image.ToString());
}
