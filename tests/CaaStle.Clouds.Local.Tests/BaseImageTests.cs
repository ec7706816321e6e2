using CaaStle.Clouds.Local.Docker.Building;

namespace CaaStle.Clouds.Local.Tests;

public sealed class BaseImageTests
{
    [Fact]
    public void Every_image_that_is_started_or_copied_from_is_found_and_stages_are_not()
    {
        var images = BaseImages.Of(
            """
            # FROM commented
            ARG VERSION=12
            ARG REGISTRY
            FROM --platform=linux/amd64 golang:${VERSION} AS build
            COPY --from=busybox:1 /bin/sh /sh
            RUN --mount=type=bind,from=tools/lint,target=/lint \
                make
            FROM build AS test
            FROM ${REGISTRY:-ghcr.io}/base@sha256:00ff
            COPY --from=build --chown=1 /out /out
            COPY --from=0 /out /out
            FROM scratch
            """);

        Assert.Equal(
            ["golang:12", "busybox:1", "tools/lint:latest", "ghcr.io/base@sha256:00ff"], images.Select(image => image.ToString()));
    }
}
