"""What AWS does and moto does not: things take time to become ready and to go, names are unique, what is in use cannot be deleted."""
import threading
import time

from moto.autoscaling.models import autoscaling_backends
from moto.core.exceptions import JsonRESTError, ServiceException
from moto.dynamodb.models import dynamodb_backends
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models import EC2Backend, ec2_backends
from moto.ecr.models import ecr_backends
from moto.ecs.models import EC2ContainerServiceBackend, ecs_backends
from moto.elasticache.models import ElastiCacheBackend, ReplicationGroup, elasticache_backends
from moto.elasticache.responses import ElastiCacheResponse
from moto.elbv2 import models as elbv2
from moto.elbv2.exceptions import DuplicateLoadBalancerName, ELBClientError
from moto.elbv2.models import ELBv2Backend, elbv2_backends
from moto.iam import models as iam
from moto.iam.models import iam_backends
from moto.logs.models import logs_backends
from moto.rds import exceptions as rds_errors
from moto.rds.models import DBInstance, RDSBackend, rds_backends
from moto.resourcegroupstaggingapi.models import ResourceGroupsTaggingAPIBackend
from moto.s3.models import s3_backends
from moto.secretsmanager.models import secretsmanager_backends

import ecr_world

# Seconds, about as long as AWS takes.
DELAYS = {"database": 300, "cache": 240, "balancer": 120, "gone": 60}
SPEED = 1.0


def delay(kind):
    return DELAYS[kind] / SPEED


# When each account has last called.
CALLED = {}


def start(speed):
    global SPEED
    SPEED = speed


def called(key):
    CALLED[iam.get_account_id_from(key)] = time.monotonic()


def lively(backends):
    """Of the accounts that have called lately: the others go on when they call again, and cost nothing meanwhile."""
    since = time.monotonic() - max(5, 600 / SPEED)
    return [(account, regions) for account, regions in list(backends.items()) if CALLED.get(account, 0) >= since]


def later(seconds, action):
    timer = threading.Timer(seconds, action)
    timer.daemon = True
    timer.start()


class Refused(JsonRESTError):
    code = 400


class QueryRefused(ServiceException):
    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


def before(owner, method, check):
    """Calls the check first; what it returns, unless None, is the answer."""
    original = getattr(owner, method)

    def wrapped(self, *args, **kwargs):
        answer = check(self, *args, **kwargs)
        return original(self, *args, **kwargs) if answer is None else answer

    setattr(owner, method, wrapped)


# ---- What takes its time


def takes_time(owner, attribute, beginning, end, kind):
    """The attribute has its first value for a while after it was set to its last for the first time."""
    slot = f"_{attribute}"

    def read(self):
        value, since = getattr(self, slot)
        return beginning if value == end and time.monotonic() - since < delay(kind) else value

    def write(self, value):
        since = getattr(self, slot)[1] if hasattr(self, slot) else time.monotonic()
        setattr(self, slot, (value, since))

    setattr(owner, attribute, property(read, write))


takes_time(DBInstance, "status", "creating", "available", "database")
takes_time(ReplicationGroup, "status", "creating", "available", "cache")


original_delete = RDSBackend.delete_db_instance


def delete_db_instance(self, db_instance_identifier, *args, **kwargs):
    database = self.databases.get(db_instance_identifier)
    if database is not None and database.status in ("creating", "modifying", "deleting"):
        raise rds_errors.InvalidDBInstanceStateError(db_instance_identifier, "delete")
    answer = original_delete(self, db_instance_identifier, *args, **kwargs)
    if database is not None:
        self.databases[db_instance_identifier] = database
        database._status = ("deleting", 0.0)
        later(delay("gone"), lambda: self.databases.pop(db_instance_identifier, None))
    return answer


RDSBackend.delete_db_instance = delete_db_instance

FATES = {}
original_create = RDSBackend.create_db_instance


def create_db_instance(self, *args, **kwargs):
    database = original_create(self, *args, **kwargs)
    if fate := FATES.get(self.account_id):
        database._status = (fate, 0.0)
    return database


RDSBackend.create_db_instance = create_db_instance

original_cache_delete = ElastiCacheBackend.delete_replication_group


def delete_replication_group(self, replication_group_id, *args, **kwargs):
    group = self.replication_groups.get(replication_group_id)
    if group is not None and group.status != "available":
        raise QueryRefused("InvalidReplicationGroupState", f"Replication group {replication_group_id} is not in a valid state.")
    answer = original_cache_delete(self, replication_group_id, *args, **kwargs)
    later(delay("gone"), lambda: self.replication_groups.pop(replication_group_id, None))
    return answer


ElastiCacheBackend.delete_replication_group = delete_replication_group

# ---- Names that are unique, and things that are in use


def db_subnet_group_is_new(self, subnet_name, *args, **kwargs):
    if subnet_name in self.subnet_groups:
        raise QueryRefused("DBSubnetGroupAlreadyExists", f"The DB subnet group {subnet_name} already exists.")


def db_subnet_group_is_free(self, subnet_name, *args, **kwargs):
    if any(database.db_subnet_group and database.db_subnet_group.name == subnet_name for database in self.databases.values()):
        raise QueryRefused("InvalidDBSubnetGroupStateFault", f"The subnet group '{subnet_name}' is used by a database instance.")


before(RDSBackend, "create_subnet_group", db_subnet_group_is_new)
before(RDSBackend, "delete_subnet_group", db_subnet_group_is_free)


def delete_cache_subnet_group(self):
    from moto.core.responses import EmptyResult

    name = self._get_param("CacheSubnetGroupName")
    backend = self.elasticache_backend
    if name not in backend.cache_subnet_groups:
        raise QueryRefused("CacheSubnetGroupNotFoundFault", f"CacheSubnetGroup {name} not found.")
    if any(group.cache_subnet_group_name == name for group in backend.replication_groups.values()):
        raise QueryRefused("CacheSubnetGroupInUse", f"Cache subnet group {name} is currently in use by a cache cluster.")
    backend.cache_subnet_groups.pop(name)
    return EmptyResult()


ElastiCacheResponse.delete_cache_subnet_group = delete_cache_subnet_group


def cluster_is_new(self, cluster_name, *args, **kwargs):
    """Repeating it gives the same cluster."""
    cluster = self.clusters.get(cluster_name)
    return cluster if cluster is not None and cluster.status == "ACTIVE" else None


def cluster_is_free(self, cluster_str):
    name = self._get_cluster(cluster_str).name
    if any(key.startswith(f"{name}:") and service.status == "ACTIVE" for key, service in self.services.items()):
        raise Refused("ClusterContainsServicesException", "The Cluster cannot be deleted while Services are active.")
    if self.container_instances.get(name):
        raise Refused("ClusterContainsContainerInstancesException",
            "The Cluster cannot be deleted while Container Instances are active or draining.")
    if any(task.last_status != "STOPPED" for task in self.tasks.get(name, {}).values()):
        raise Refused("ClusterContainsTasksException", "The Cluster cannot be deleted while Tasks are active.")


before(EC2ContainerServiceBackend, "create_cluster", cluster_is_new)
before(EC2ContainerServiceBackend, "delete_cluster", cluster_is_free)


def security_group_is_free(self, name=None, group_id=None):
    account, region = self.account_id, self.region_name
    users = [one.name for one in elbv2_backends[account][region].load_balancers.values() if group_id in (one.security_groups or [])]
    users += [one.id for one in self.all_instances() if one.state in ("running", "pending")
        and group_id in [group.id for group in one.security_groups]]
    users += [one.id for one in self.enis.values() if one.status == "in-use" and group_id in [group.id for group in one.group_set]]
    users += [one.db_instance_identifier for one in rds_backends[account][region].databases.values()
        if group_id in (one.vpc_security_group_ids or [])]
    users += [one.replication_group_id for one in elasticache_backends[account][region].replication_groups.values()
        if group_id in (one.security_group_ids or [])]
    users += [
        group.id
        for groups in self.groups.values()
        for group in groups.values()
        if group.id != group_id and any((rule.source_group or {}).get("GroupId") == group_id for rule in group.ingress_rules)
    ]
    if users:
        raise EC2ClientError("DependencyViolation", f"resource {group_id} has a dependent object")


def security_group_has_a_name(self, name, *args, **kwargs):
    if name.startswith("sg-"):
        raise EC2ClientError(
            "InvalidParameterValue", f"Invalid value '{name}' for groupName. Group names may not be in the format sg-*")


before(EC2Backend, "create_security_group", security_group_has_a_name)
before(EC2Backend, "delete_security_group", security_group_is_free)

elbv2.FakeLoadBalancer.load_balancer_state = property(
    lambda self: {"Code": "active" if time.monotonic() - self.__dict__.setdefault("born",
        time.monotonic()) >= delay("balancer") else "provisioning"})


def balancer_is_new(self, name, security_groups=None, subnet_ids=None, *args, **kwargs):
    if name.startswith("internal-"):
        raise ELBClientError("ValidationError", f"The load balancer name '{name}' cannot begin with 'internal-'")
    for balancer in self.load_balancers.values():
        if balancer.name == name:
            same = sorted(each.id for each in balancer.subnets) == sorted(subnet_ids)
            if same and sorted(balancer.security_groups) == sorted(security_groups):
                return balancer
            raise DuplicateLoadBalancerName()
    if len({self.ec2_backend.get_subnet(each).availability_zone for each in subnet_ids or []}) < 2:
        raise ELBClientError("ValidationError", "At least two subnets in two different Availability Zones must be specified")


def listener_is_new(self, load_balancer_arn, protocol, port, ssl_policy=None, certificate=None, actions=None, *args, **kwargs):
    balancer = self.load_balancers.get(load_balancer_arn)
    for listener in balancer.listeners.values() if balancer else []:
        if str(listener.port) == str(port):
            raise ELBClientError("DuplicateListener", "A listener already exists on this port for this load balancer")


before(ELBv2Backend, "create_load_balancer", balancer_is_new)
before(ELBv2Backend, "create_listener", listener_is_new)

# ---- What the tagging API lists on AWS and not in moto

original_resources = ResourceGroupsTaggingAPIBackend._get_resources_generator


def resources(self, tag_filters=None, resource_type_filters=None):
    yield from original_resources(self, tag_filters=tag_filters, resource_type_filters=resource_type_filters)
    wanted = {each["Key"]: each.get("Values", []) for each in tag_filters or []}

    def matches(tags):
        return all(key in tags and (not values or tags[key] in values) for key, values in wanted.items())

    def found(arn, tags):
        return {"ResourceARN": arn, "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}

    account, region = self.account_id, self.region_name
    repositories = ecr_backends[account][region]
    for repository in list(repositories.repositories.values()):
        tags = repositories.tagger.get_tag_dict_for_resource(repository.arn)
        if matches(tags):
            yield found(repository.arn, tags)
    for group in rds_backends[account][region].subnet_groups.values():
        tags = {each["Key"]: each["Value"] for each in group.tags}
        if matches(tags):
            yield found(group.arn, tags)
    for balancer in list(elbv2_backends[account][region].load_balancers.values()):
        for listener in balancer.listeners.values():
            listed = elbv2_backends[account][region].tagging_service.list_tags_for_resource(listener.arn)["Tags"]
            tags = {each["Key"]: each["Value"] for each in listed}
            if matches(tags):
                yield found(listener.arn, tags)
    for template in ec2_backends[account][region].launch_templates.values():
        tags = {each["key"]: each["value"] for each in template.get_tags()}
        if matches(tags):
            yield found(f"arn:aws:ec2:{region}:{account}:launch-template/{template.id}", tags)


ResourceGroupsTaggingAPIBackend._get_resources_generator = resources

# ---- For the tests

# What else is in an account, and what else tests change in one; other parts of the world add theirs.
CONTENTS = []
CHANGES = {"database_status": FATES.__setitem__, "registry_locked": lambda account, _: ecr_world.LOCKED_OUT.add(account)}


def contents(account):
    """Everything that somebody made in the account, by kind and name: nothing of it is there in a new one."""
    found = []

    def add(kind, names):
        found.extend(f"{kind} {name}" for name in names)

    for region in list(ec2_backends[account]):
        backend = ec2_backends[account][region]
        add("security-group", [group.name for groups in backend.groups.values() for group in groups.values() if group.name != "default"])
        add("launch-template", [template.name for template in backend.launch_templates.values()])
        add("key-pair", backend.key_pairs)
        add("instance", [one.id for one in backend.all_instances() if one.state not in ("terminated", "shutting-down")])
    for region, backend in list(ecs_backends[account].items()):
        add("cluster", [one.name for one in backend.clusters.values() if one.status == "ACTIVE"])
        add("capacity-provider", backend.capacity_providers)
        add("service", [one.name for one in backend.services.values() if one.status == "ACTIVE"])
        add("task-definition", [f"{name}:{number}" for name, all_ in backend.task_definitions.items() for number, one in all_.items()
            if one.status == "ACTIVE"])
    for region, backend in list(rds_backends[account].items()):
        add("database", backend.databases)
        add("db-subnet-group", backend.subnet_groups)
    for region, backend in list(elasticache_backends[account].items()):
        add("replication-group", backend.replication_groups)
        add("cache-subnet-group", backend.cache_subnet_groups)
    for region, backend in list(dynamodb_backends[account].items()):
        add("table", backend.tables)
    for region, backend in list(secretsmanager_backends[account].items()):
        add("secret", list(backend.secrets.keys()))
    for region, backend in list(autoscaling_backends[account].items()):
        add("auto-scaling-group", backend.autoscaling_groups)
    for region, backend in list(elbv2_backends[account].items()):
        add("load-balancer", [one.name for one in backend.load_balancers.values()])
        add("target-group", [one.name for one in backend.target_groups.values()])
    for region, backend in list(logs_backends[account].items()):
        add("log-group", backend.groups)
    for region, backend in list(ecr_backends[account].items()):
        add("repository", backend.repositories)
    for partition, backend in list(iam_backends[account].items()):
        add("role", [role.name for role in backend.roles.values() if not role.path.startswith("/aws-service-role/")])
        add("instance-profile", [profile.name for profile in backend.instance_profiles.values()])
    for partition, backend in list(s3_backends[account].items()):
        add("bucket", backend.buckets)
    for more in CONTENTS:
        found.extend(more(account))
    return sorted(found)


def change(account, wanted):
    """What is to be otherwise in the account than it is with others, as the fate of the databases that it creates from now on."""
    for name, value in wanted.items():
        CHANGES[name](account, value)
    return {}
