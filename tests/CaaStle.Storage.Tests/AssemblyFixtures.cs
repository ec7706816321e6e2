using CaaStle.Storage.Tests.Postgres;

[assembly: AssemblyFixture(typeof(PostgresCluster))]
