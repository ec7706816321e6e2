"""Clusters of EKS as AWS has them: they take their time to come and to go, have a security group of their own, and nodes that may fail."""
import time

from moto.core.exceptions import JsonRESTError
from moto.ec2.models import ec2_backends
from moto.eks.models import Cluster, EKSBackend, Nodegroup, eks_backends
from moto.resourcegroupstaggingapi.models import ResourceGroupsTaggingAPIBackend

import world

world.DELAYS |= {"control-plane": 600, "nodes": 120}
world.takes_time(Cluster, "status", "CREATING", "ACTIVE", "control-plane")
world.takes_time(Nodegroup, "status", "CREATING", "ACTIVE", "nodes")

# What becomes of the nodes that an account creates.
NODES = {}


class InUse(JsonRESTError):
    code = 409

    def __init__(self, message):
        super().__init__("ResourceInUseException", message)


original_create = EKSBackend.create_cluster


def create_cluster(self, name, *args, **kwargs):
    cluster = original_create(self, name, *args, **kwargs)
    backend = ec2_backends[self.account_id][self.region_name]
    vpc = backend.get_subnet(cluster.resources_vpc_config["subnetIds"][0]).vpc_id
    group = backend.create_security_group(f"eks-cluster-sg-{name}", "made by EKS", vpc_id=vpc)
    cluster.resources_vpc_config = cluster.resources_vpc_config | {"clusterSecurityGroupId": group.id, "vpcId": vpc}
    return cluster


def keep_for_a_while(items, name, item, then=lambda: None):
    """What is deleted is seen going for some time."""
    items[name] = item
    item._status = ("DELETING", 0.0)

    def remove():
        items.pop(name, None)
        then()

    world.later(world.delay("gone"), remove)


original_delete = EKSBackend.delete_cluster


def delete_cluster(self, name):
    cluster = self.clusters.get(name)
    if cluster is not None and cluster.status != "ACTIVE":
        raise InUse(f"Cluster has status {cluster.status}: {name}")
    cluster = original_delete(self, name)
    group = cluster.resources_vpc_config["clusterSecurityGroupId"]
    backend = ec2_backends[self.account_id][self.region_name]
    keep_for_a_while(self.clusters, name, cluster, lambda: backend.delete_security_group(group_id=group))
    return cluster


original_group = EKSBackend.create_nodegroup


def create_nodegroup(self, cluster_name, node_role, nodegroup_name, *args, **kwargs):
    group = original_group(self, cluster_name, node_role, nodegroup_name, *args, **kwargs)
    if self.account_id in NODES:
        group._status = ("CREATE_FAILED", 0.0)
        group.health = {"issues": [{"code": "NodeCreationFailure", "message": NODES[self.account_id], "resourceIds": []}]}
    return group


original_group_delete = EKSBackend.delete_nodegroup


def delete_nodegroup(self, cluster_name, nodegroup_name):
    cluster = self.clusters.get(cluster_name)
    group = cluster and cluster.nodegroups.get(nodegroup_name)
    if group is not None and group.status in ("CREATING", "DELETING"):
        raise InUse(f"Nodegroup {nodegroup_name} has status {group.status}")
    group = original_group_delete(self, cluster_name, nodegroup_name)
    cluster.nodegroup_count += 1
    keep_for_a_while(cluster.nodegroups, nodegroup_name, group, lambda: setattr(cluster, "nodegroup_count", cluster.nodegroup_count - 1))
    return group


EKSBackend.create_cluster = create_cluster
EKSBackend.delete_cluster = delete_cluster
EKSBackend.create_nodegroup = create_nodegroup
EKSBackend.delete_nodegroup = delete_nodegroup

original_resources = ResourceGroupsTaggingAPIBackend._get_resources_generator


def resources(self, tag_filters=None, resource_type_filters=None):
    listed = set()
    for resource in original_resources(self, tag_filters=tag_filters, resource_type_filters=resource_type_filters):
        listed.add(resource["ResourceARN"])
        yield resource
    wanted = {each["Key"]: each.get("Values", []) for each in tag_filters or []}
    for cluster in list(eks_backends[self.account_id][self.region_name].clusters.values()):
        for item in [cluster, *cluster.nodegroups.values()]:
            tags = item.tags or {}
            if item.arn not in listed and all(key in tags and (not values or tags[key] in values) for key, values in wanted.items()):
                yield {"ResourceARN": item.arn, "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}


ResourceGroupsTaggingAPIBackend._get_resources_generator = resources


def contents(account):
    for backend in list(eks_backends[account].values()):
        for cluster in list(backend.clusters.values()):
            yield f"eks-cluster {cluster.name}"
            yield from (f"eks-nodegroup {name}" for name in cluster.nodegroups)


world.CONTENTS.append(contents)
world.CHANGES["nodes_fail"] = NODES.__setitem__
