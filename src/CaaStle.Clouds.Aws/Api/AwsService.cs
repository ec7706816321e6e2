namespace CaaStle.Clouds.Aws.Api;

internal enum WireProtocol
{
    Json10,
    Json11,
    Query,
    Ec2Query,

    /// <summary>JSON, where each operation has an HTTP method and a path of its own.</summary>
    RestJson,
}

/// <summary>One of AWS's services: how it is spoken to.</summary>
/// <param name="Id">AWS's own id of it, which names the setting that overrides its address: <c>AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2</c>.</param>
/// <param name="Prefix">What its host name begins with.</param>
/// <param name="Version">Of its API.</param>
/// <param name="Target">What precedes the operation in the header that names it, in JSON protocols.</param>
internal sealed record AwsService(string Id, string SigningName, string Prefix, string Version, WireProtocol Protocol, string Target = "")
{
    public static readonly AwsService AutoScaling = new("Auto Scaling", "autoscaling", "autoscaling", "2011-01-01", WireProtocol.Query);

    public static readonly AwsService DynamoDb = new(
        "DynamoDB", "dynamodb", "dynamodb", "2012-08-10", WireProtocol.Json10, "DynamoDB_20120810");
    public static readonly AwsService Ec2 = new("EC2", "ec2", "ec2", "2016-11-15", WireProtocol.Ec2Query);

    public static readonly AwsService Ecr = new(
        "ECR", "ecr", "api.ecr", "2015-09-21", WireProtocol.Json11, "AmazonEC2ContainerRegistry_V20150921");

    public static readonly AwsService Ecs = new(
        "ECS", "ecs", "ecs", "2014-11-13", WireProtocol.Json11, "AmazonEC2ContainerServiceV20141113");
    public static readonly AwsService Efs = new("EFS", "elasticfilesystem", "elasticfilesystem", "2015-02-01", WireProtocol.RestJson);
    public static readonly AwsService Eks = new("EKS", "eks", "eks", "2017-11-01", WireProtocol.RestJson);
    public static readonly AwsService ElastiCache = new("ElastiCache", "elasticache", "elasticache", "2015-02-02", WireProtocol.Query);

    public static readonly AwsService Elb =
        new("Elastic Load Balancing v2", "elasticloadbalancing", "elasticloadbalancing", "2015-12-01", WireProtocol.Query);

    public static readonly AwsService Iam = new("IAM", "iam", "iam", "2010-05-08", WireProtocol.Query) { IsGlobal = true };
    public static readonly AwsService Logs = new("CloudWatch Logs", "logs", "logs", "2014-03-28", WireProtocol.Json11, "Logs_20140328");
    public static readonly AwsService Rds = new("RDS", "rds", "rds", "2014-10-31", WireProtocol.Query);
    public static readonly AwsService Quotas = new(
        "Service Quotas", "servicequotas", "servicequotas", "2019-06-24", WireProtocol.Json11, "ServiceQuotasV20190624");
    public static readonly AwsService Secrets = new(
        "Secrets Manager", "secretsmanager", "secretsmanager", "2017-10-17", WireProtocol.Json11, "secretsmanager");
    public static readonly AwsService Ssm = new("SSM", "ssm", "ssm", "2014-11-06", WireProtocol.Json11, "AmazonSSM");
    public static readonly AwsService Sts = new("STS", "sts", "sts", "2011-06-15", WireProtocol.Query);

    public static readonly AwsService Tagging =
        new("Resource Groups Tagging API", "tagging", "tagging", "2017-01-26", WireProtocol.Json11, "ResourceGroupsTaggingAPI_20170126");

    /// <summary>It has one address for all regions.</summary>
    public bool IsGlobal { get; init; }
}
