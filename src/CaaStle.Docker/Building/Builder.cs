namespace CaaStle.Docker.Building;

/// <summary>What builds an image, by the number that Docker's API has for it.</summary>
internal enum Builder
{
    Classic = 1,
    BuildKit = 2,
}
