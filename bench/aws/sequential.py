"""The environment and the application of bench/aws, one thing after the other as the original did: cluster, resource, application.

    python3 sequential.py SPEED
"""
import sys

import boto3

SPEED = float(sys.argv[1])
REGION = "us-west-2"
TRUST = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",
"Principal":{"Service":"ecs-tasks.amazonaws.com"}}]}"""
ec2, ecs, rds, elb, iam, logs, secrets = (
    boto3.client(name, region_name=REGION) for name in ("ec2", "ecs", "rds", "elbv2", "iam", "logs", "secretsmanager"))


def wait(client, name, **arguments):
    """As long between two questions as boto3 waits by itself, in the peer's time."""
    waiter = client.get_waiter(name)
    waiter.wait(**arguments, WaiterConfig={"Delay": waiter.config.delay / SPEED, "MaxAttempts": 1000})


def group(name, port, to, source):
    made = ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"]
    permission = {"IpProtocol": "tcp", "FromPort": port, "ToPort": to}
    permission |= {"IpRanges": [{"CidrIp": source}]} if "/" in source else {"UserIdGroupPairs": [{"GroupId": source}]}
    ec2.authorize_security_group_ingress(GroupId=made, IpPermissions=[permission])
    return made


vpc = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]["VpcId"]
subnets = [each["SubnetId"] for each in ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["Subnets"]]
entrance = group("script-entrance", 1, 65535, "0.0.0.0/0")
members = group("script-cluster", 1, 65535, entrance)
ecs.create_cluster(clusterName="script", capacityProviders=["FARGATE"])
task_role = iam.create_role(RoleName="script-task", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]

database = group("script-database", 3306, 3306, members)
secret = secrets.create_secret(Name="script-database", SecretString="not-a-secret")["ARN"]
rds.create_db_subnet_group(DBSubnetGroupName="script", DBSubnetGroupDescription="script", SubnetIds=subnets)
rds.create_db_instance(
    DBInstanceIdentifier="script", Engine="mysql", DBInstanceClass="db.t3.micro", AllocatedStorage=20, DBName="testdb",
    MasterUsername="testuser", MasterUserPassword="not-a-secret", DBSubnetGroupName="script", VpcSecurityGroupIds=[database])
wait(rds, "db_instance_available", DBInstanceIdentifier="script")
address = rds.describe_db_instances(DBInstanceIdentifier="script")["DBInstances"][0]["Endpoint"]["Address"]

logs.create_log_group(logGroupName="/script")
logs.put_retention_policy(logGroupName="/script", retentionInDays=30)
execution_role = iam.create_role(RoleName="script-execution", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
iam.attach_role_policy(
    RoleName="script-execution", PolicyArn="arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy")
definition = ecs.register_task_definition(
    family="script", cpu="256", memory="512", networkMode="awsvpc", requiresCompatibilities=["FARGATE"], executionRoleArn=execution_role,
    taskRoleArn=task_role, containerDefinitions=[{
        "name": "app", "image": "nginx:1.27", "portMappings": [{"containerPort": 80}],
        "environment": [{"name": "DATABASE_HOST", "value": address}], "secrets": [{"name": "DATABASE_PASSWORD", "valueFrom": secret}],
        "logConfiguration": {"logDriver": "awslogs", "options": {
            "awslogs-group": "/script", "awslogs-region": REGION, "awslogs-stream-prefix": "r1"}}}])["taskDefinition"]["taskDefinitionArn"]
balancer = elb.create_load_balancer(Name="script", Subnets=subnets, SecurityGroups=[entrance])["LoadBalancers"][0]["LoadBalancerArn"]
wait(elb, "load_balancer_available", LoadBalancerArns=[balancer])
targets = elb.create_target_group(
    Name="script", Protocol="HTTP", Port=80, VpcId=vpc, TargetType="ip", HealthCheckPath="/")["TargetGroups"][0]["TargetGroupArn"]
elb.create_listener(
    LoadBalancerArn=balancer, Port=80, Protocol="HTTP", DefaultActions=[{"Type": "forward", "TargetGroupArn": targets}])
ecs.create_service(
    cluster="script", serviceName="script", taskDefinition=definition, desiredCount=1, launchType="FARGATE",
    loadBalancers=[{"targetGroupArn": targets, "containerName": "app", "containerPort": 80}],
    networkConfiguration={"awsvpcConfiguration": {"subnets": subnets, "securityGroups": [members], "assignPublicIp": "ENABLED"}})
wait(ecs, "services_stable", cluster="script", services=["script"])
wait(elb, "target_in_service", TargetGroupArn=targets)
